import { missingProperties } from './required';
import { unsupportedProperty } from './unsupported';
import { AwsError } from '../../../core/service';
import { isLegacy } from '../type-registry';
import type { Fields } from '../values';

/**
 * Checks which properties a resource has, not their values.
 *
 * @param properties resolved, so without those that have no value
 * @throws AwsError for an unsupported property, and for required ones that are missing
 */
export function checkProperties(logicalId: string, type: string, properties: Fields): void {
  const unsupported = unsupportedProperty(type, properties);
  if (unsupported !== undefined) {
    throw new AwsError('ValidationError', `Encountered unsupported property ${unsupported}`);
  }
  const missing = missingProperties(type, properties);
  if (missing.length > 0) throw new AwsError('ValidationError', missingReason(logicalId, type, missing));
}

/** Types with a schema in the registry are validated by it; the older ones name the first missing property. */
function missingReason(logicalId: string, type: string, missing: readonly string[]): string {
  if (isLegacy(type)) return `Property ${missing[0]} cannot be empty.`;
  const violations = missing.map(name => `#: required key [${name}] not found`);
  return `Properties validation failed for resource ${logicalId} with message: ${violations.join('\n')}`;
}
