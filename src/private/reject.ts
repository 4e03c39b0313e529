import type { RemovalPolicy } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { fail } from './validate';

/** Rejects subclasses in languages that do not check that a constructor is private. */
export function rejectSubclass(created: Function, type: Function, hint: string): void {
  if (created !== type) throw new Error(`${type.name} cannot be subclassed by '${created.name}': ${hint}`);
}

/** Rejects a removal policy on a construct that has another way to say what is kept. */
export function rejectRemovalPolicy(scope: IConstruct, policy: RemovalPolicy, hint: string): never {
  return fail(scope, `the removal policy '${policy}' cannot be applied: ${hint}`);
}
