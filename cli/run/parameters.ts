import { InvalidArgumentError } from 'commander';
import type { AssemblyStack } from '../../rehearsal/assembly/manifest';
import type { Simulation } from '../../rehearsal/simulation';
import { UsageError } from '../usage-error';

/** A value for a parameter of one stack, or of every stack that has it. */
export interface GivenParameter {
  /** As the stack is called in CloudFormation, or in the app. */
  readonly stack?: string;
  readonly name: string;
  readonly value: string;
}

export function collectParameter(text: string, before: readonly GivenParameter[] = []): GivenParameter[] {
  const [, stack, name, value] = /^(?:([^:=]+):)?([A-Za-z0-9]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError(`must be <name>=<value> or <stack>:<name>=<value>, got '${text}'`);
  if (before.some(other => other.name === name && other.stack === stack)) throw new InvalidArgumentError(`'${stack === undefined ? name : `${stack}:${name}`}' is given twice`);
  return [...before, { stack, name, value }];
}

export function collectStored(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const [, name, value] = /^([\w./-]+)=(.+)$/s.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError(`must be <name>=<value> with a name of letters, digits and ._-/ and a value that is not empty, for example /team/name=web, got '${text}'`);
  if (Object.hasOwn(before, name)) throw new InvalidArgumentError(`parameter '${name}' is given twice`);
  return { ...before, [name]: value };
}

/** Refuses what no stack could take. */
export function checkParameters(given: readonly GivenParameter[], stacks: readonly AssemblyStack[]): void {
  for (const parameter of given) {
    const meant = stacks.filter(stack => isMeant(parameter, stack));
    const names = [...new Set(meant.flatMap(stack => declaredBy(stack)))];
    const what = `--parameters '${parameter.name}'`;
    if (meant.length === 0) throw new UsageError(`${what}: no stack is called '${parameter.stack}': there is ${quoted(stacks.map(({ displayName }) => displayName))}`);
    if (!names.includes(parameter.name)) {
      const where = parameter.stack === undefined ? 'no stack of the app has' : `stack '${parameter.stack}' does not have`;
      throw new UsageError(`${what}: ${where} such a parameter${names.length > 0 ? `: there is ${quoted(names)}` : ', nor any other'}`);
    }
  }
}

/** What a stack gets of all that was given; what was said for this stack alone comes before what was said for all. */
export function parametersOf(given: readonly GivenParameter[], stack: AssemblyStack): Record<string, string> {
  const declared = declaredBy(stack);
  const mine = given.filter(parameter => isMeant(parameter, stack) && declared.includes(parameter.name));
  const ofAll = mine.filter(({ stack: asked }) => asked === undefined);
  const ofOne = mine.filter(({ stack: asked }) => asked !== undefined);
  return Object.fromEntries([...ofAll, ...ofOne].map(({ name, value }) => [name, value]));
}

/** Puts what AWS has in Parameter Store beforehand into every place in which the app has a stack. */
export function store({ ssm }: Simulation, given: Readonly<Record<string, string>>, stacks: readonly AssemblyStack[]): void {
  for (const { accountId, region } of stacks) {
    for (const [name, value] of Object.entries(given)) ssm.put(accountId, region, name, value);
  }
}

/** For values that are missing, the option that gives them. */
export function parameterHints(reasons: readonly string[]): string[] {
  const found = (pattern: RegExp): string[] => reasons.flatMap(reason => [...reason.matchAll(pattern)].flatMap(([, names]) => names.split(', ')));
  const stored = [...found(/Unable to fetch parameters \[([^\]]+)\] from parameter store/g), ...found(/Parameters: \[ssm:([^\]:]+)[^\]]*\] cannot be found/g)];
  const missing = found(/Parameters: \[([^\]]+)\] must have values/g);
  return [
    ...[...new Set(stored)].map(name => `if AWS has '${name}' in Parameter Store, let the rehearsal have it, too: --ssm-parameter ${name}=<value>`),
    ...[...new Set(missing)].map(name => `give the parameter '${name}' a value, as cdk deploy is given it: --parameters ${name}=<value>`),
  ];
}

function isMeant({ stack: asked }: GivenParameter, { name, displayName }: AssemblyStack): boolean {
  return asked === undefined || asked === name || asked === displayName;
}

function declaredBy({ template }: AssemblyStack): string[] {
  return Object.keys(JSON.parse(template).Parameters ?? {}).filter(name => name !== 'BootstrapVersion');
}

function quoted(names: readonly string[]): string {
  return `'${names.join("', '")}'`;
}
