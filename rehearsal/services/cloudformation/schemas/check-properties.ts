import { violationsOf } from './constraints';
import { missingProperties } from './required';
import { unsupportedProperty } from './unsupported';
import { AwsError } from '../../../core/service';
import { isLegacy } from '../type-registry';
import type { Fields } from '../values';

/**
 * Checks which properties a resource has, and the constraints of their values.
 *
 * @param properties resolved, so without those that have no value
 * @throws AwsError for an unsupported property, required ones that are missing, and violated constraints
 */
export function checkProperties(logicalId: string, type: string, properties: Fields): void {
  const unsupported = unsupportedProperty(type, properties);
  if (unsupported !== undefined) {
    throw new AwsError('ValidationError', `Encountered unsupported property ${unsupported}`);
  }
  const missing = missingProperties(type, properties);
  // the older types name the first missing property, and have no schema
  if (isLegacy(type)) {
    if (missing.length > 0) throw new AwsError('ValidationError', `Property ${missing[0]} cannot be empty.`);
    return;
  }
  const violations = [...missing.map(name => `#: required key [${name}] not found`), ...violationsOf(type, properties)];
  if (violations.length === 0) return;
  throw new AwsError(
    'ValidationError',
    `Properties validation failed for resource ${logicalId} with message: ${violations.join('\n')}`,
  );
}
