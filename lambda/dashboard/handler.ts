import { rowsOf } from './rows';
import { tableOf } from './table';
import { TableRegistry } from '../registry/table';

const registry = new TableRegistry();

const DOCUMENTATION = `## Environments
The environments of the organization with what their pipelines do. The widget takes no parameters.
`;

/** Answers CloudWatch, which asks for the documentation when somebody edits the widget. */
export async function handler(event: { readonly describe?: boolean }): Promise<string> {
  return event.describe ? DOCUMENTATION : tableOf(await rowsOf(registry));
}
