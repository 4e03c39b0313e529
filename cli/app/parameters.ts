import { parametersDeclaredBy } from './template';
import type { AssemblyStack } from '../../rehearsal/assembly/manifest';
import type { Simulation } from '../../rehearsal/simulation';
import type { StackParameter } from '../options/parsers';
import { UsageError } from '../usage-error';

/** @throws UsageError for a parameter that no stack declares */
export function checkParameters(given: readonly StackParameter[], stacks: readonly AssemblyStack[]): void {
  for (const parameter of given) {
    const addressed = stacks.filter(stack => isFor(parameter, stack));
    const names = [...new Set(addressed.flatMap(declaredBy))];
    const option = `--parameters '${parameter.name}'`;
    if (addressed.length === 0) {
      const known = quoted(stacks.map(({ displayName }) => displayName));
      throw new UsageError(`${option}: stack '${parameter.stack}' does not exist; the stacks are ${known}`);
    }
    if (!names.includes(parameter.name)) {
      const problem = parameter.stack === undefined
        ? 'no stack of the app declares this parameter'
        : `stack '${parameter.stack}' does not declare this parameter`;
      const declared = names.length > 0 ? `the parameters are ${quoted(names)}` : 'there are no parameters';
      throw new UsageError(`${option}: ${problem}; ${declared}`);
    }
  }
}

/** Returns the values for the parameters of one stack. A value for this stack takes precedence over a value for all. */
export function parametersOf(given: readonly StackParameter[], stack: AssemblyStack): Record<string, string> {
  const declared = declaredBy(stack);
  const own = given.filter(parameter => isFor(parameter, stack) && declared.includes(parameter.name));
  const forAll = own.filter(parameter => parameter.stack === undefined);
  const forOne = own.filter(parameter => parameter.stack !== undefined);
  return Object.fromEntries([...forAll, ...forOne].map(({ name, value }) => [name, value]));
}

/** Puts values into Parameter Store in every account and region in which the app has a stack. */
export function putSsmParameters(
  { ssm }: Simulation, given: Readonly<Record<string, string>>, stacks: readonly AssemblyStack[],
): void {
  for (const { accountId, region } of stacks) {
    for (const [name, value] of Object.entries(given)) ssm.put(accountId, region, name, value);
  }
}

function isFor(parameter: StackParameter, { name, displayName }: AssemblyStack): boolean {
  return parameter.stack === undefined || parameter.stack === name || parameter.stack === displayName;
}

function declaredBy(stack: AssemblyStack): string[] {
  return parametersDeclaredBy(stack).filter(name => name !== 'BootstrapVersion');
}

function quoted(names: readonly string[]): string {
  return `'${names.join("', '")}'`;
}
