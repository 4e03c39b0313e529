import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { fail } from './validate';

/**
 * Rejects a number that is known only at deployment, and would look like a very large negative one.
 *
 * @param property its name, for the error
 */
export function checkKnown(scope: IConstruct, property: string, value: number): void {
  if (!Token.isUnresolved(value)) return;
  fail(scope, `'${property}' must be known at synthesis, because subnets depend on it, got a token: use a number`);
}
