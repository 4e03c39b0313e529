import { references } from '../../../../rehearsal/services/cloudformation/references';
import type { Resource } from '../cloudformation/schema-world';

export type Resources = Readonly<Record<string, Resource>>;

/** A name that is different in each stack. */
export const name = (suffix: string): unknown => ({ 'Fn::Sub': `\${AWS::StackName}-${suffix}` });
export const ref = (logicalId: string): unknown => ({ Ref: logicalId });
export const arn = (logicalId: string, attribute = 'Arn'): unknown => ({ 'Fn::GetAtt': [logicalId, attribute] });

/** Returns a resource and all to which it refers, also indirectly. */
export function withReferences(logicalId: string, resources: Resources): Resources {
  const found = new Set<string>();
  const add = (id: string): void => {
    if (found.has(id) || !(id in resources)) return;
    found.add(id);
    references(resources[id].Properties ?? {}).forEach(add);
  };
  add(logicalId);
  return Object.fromEntries([...found].map(id => [id, resources[id]]));
}
