import { violationsOf } from './constraints';
import { missingProperties, requiredKey } from './required';
import { unsupportedProperty } from './unsupported';
import { AwsError } from '../../../core/service';
import { isLegacy } from '../type-registry';
import type { Fields } from '../values';

/**
 * Checks which properties a resource has, and the constraints of their values.
 *
 * @param properties resolved, so without those that have no value
 * @param isGuessed whether the rehearsal made a value up
 * @throws AwsError for an unsupported property, required ones that are missing, and violated constraints
 */
export function checkProperties(
  { logicalId, type, properties }: { readonly logicalId: string; readonly type: string; readonly properties: Fields },
  isGuessed: (value: string) => boolean,
): void {
  const unsupported = unsupportedProperty(type, properties);
  if (unsupported !== undefined) {
    throw new AwsError('ValidationError', `Encountered unsupported property ${unsupported}`);
  }
  // the older types name the first missing property, and have no schema
  if (isLegacy(type)) {
    const missing = missingProperties(type, properties).find(({ at }) => at === '#');
    if (missing) throw new AwsError('ValidationError', `Property ${missing.name} cannot be empty`);
    return;
  }
  const violations = violationsIn(type, properties, isGuessed);
  if (violations.length === 0) return;
  throw new AwsError(
    'ValidationError',
    `Properties validation failed for resource ${logicalId} with message: ${violations.join('\n')}`,
  );
}

/** Returns what the schema of a type says against the properties: required ones that are missing, wrong values. */
export function violationsIn(type: string, properties: Fields, isGuessed: (value: string) => boolean): string[] {
  const missing = missingProperties(type, properties).map(requiredKey);
  // the table can be newer than the constraints, and say the same
  return [...new Set([...missing, ...violationsOf(type, properties, isGuessed)])];
}
