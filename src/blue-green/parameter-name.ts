import { Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { fail } from '../private/validate';

const PARAMETER_NAME = /^\/?[\w.-]+(\/[\w.-]+)*$/;

/** @throws if Parameter Store does not allow the name; an unresolved name passes */
export function checkedParameterName(scope: Construct, name: string): string {
  if (Token.isUnresolved(name) || (PARAMETER_NAME.test(name) && name.length <= 1011)) return name;
  return fail(
    scope,
    `the name of a parameter must have letters, digits and '_.-', in parts that are separated by '/', got '${name}'`,
  );
}
