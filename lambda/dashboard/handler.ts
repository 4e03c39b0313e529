import { contentOf } from './rows';
import { tableOf } from './table';
import { TableRegistry } from '../registry/table';

const registry = new TableRegistry();

const DOCUMENTATION = `## Environments
The environments of the organization and the state of their pipelines. The widget takes no parameters.
`;

/** Returns the HTML of the widget, or its documentation, which CloudWatch requests when a user edits the widget. */
export async function handler(event: { readonly describe?: boolean }): Promise<string> {
  return event.describe ? DOCUMENTATION : tableOf(await contentOf(registry));
}
