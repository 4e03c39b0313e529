import { InvalidArgumentError } from 'commander';
import { FAULT_KINDS, type FaultKind } from '../../rehearsal/faults/fault';
import type { Bootstrap } from '../../rehearsal/simulation-options';

/** Highest value of `--seed`. */
export const MAX_SEED = 2 ** 31 - 1;

/** Highest value of `--limit` of `history`. */
const MAX_HISTORY = 1000;

/** An account that is in the organization before the deployment. */
export interface ExistingAccount {
  readonly accountId: string;
  /** A role in the account that trusts the management account. */
  readonly roleName?: string;
}

/** A command of `--then`. */
export interface UserCommand {
  readonly command: string;
  /** Id or name of the account whose administrator runs the command. @default - the CICD account */
  readonly as?: string;
  /** After which `--app` it was given: 1 for the first one. @default - before all of them, or without any */
  readonly after?: number;
}

/** A value for a parameter of one stack, or of every stack that declares it. */
export interface StackParameter {
  /** Name of the stack in CloudFormation or in the app. @default - every stack that declares the parameter */
  readonly stack?: string;
  readonly name: string;
  readonly value: string;
}

export function collectApp(value: string, previous: readonly string[] = []): readonly string[] {
  if (value.trim() === '') {
    throw new InvalidArgumentError(
      'is empty: give the folder of a cloud assembly, usually cdk.out, or the command that synthesizes it',
    );
  }
  return [...previous, value];
}

export function collectRepository(
  value: string, previous: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const [, name, folder] = /^((?:(?:github|gitlab|bitbucket):(?:[\w.-]+\/)+)?[\w.-]{1,100})=(.+)$/.exec(value) ?? [];
  if (name === undefined) {
    throw new InvalidArgumentError(
      `must be <name>=<path> or <host>:<owner>/<name>=<path> with the host github, gitlab or bitbucket, got '${value}'`,
    );
  }
  if (Object.hasOwn(previous, name)) throw new InvalidArgumentError(`repository '${name}' is given twice`);
  return { ...previous, [name]: folder };
}

/** Collects the commands of `--then`, each with the value of `--as` and the number of `--app` before it. */
export function collectCommand(
  value: string, previous: readonly UserCommand[] = [], { as, app }: Readonly<Record<string, unknown>> = {},
): readonly UserCommand[] {
  if (value.trim() === '') throw new InvalidArgumentError("is empty: give a command, for example 'git push'");
  return [...previous, {
    command: value,
    ...typeof as === 'string' && { as },
    ...Array.isArray(app) && { after: app.length },
  }];
}

/** Vended accounts have ids that are known only in the rehearsal, so names are accepted, too. */
export function parseAccount(value: string): string {
  if (value.trim() === '' || /^\d+$/.test(value) && value.length !== 12) {
    throw new InvalidArgumentError(`must be the name of an account, or its id with 12 digits, got '${value}'`);
  }
  return value;
}

export function collectContext(
  value: string, previous: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const [, key, text] = /^([^=]+)=(.*)$/s.exec(value) ?? [];
  if (key === undefined) throw new InvalidArgumentError(`must be <key>=<value>, got '${value}'`);
  return { ...previous, [key]: text };
}

export function collectUnit(value: string, previous: readonly string[] = []): readonly string[] {
  if (value.split('/').some(name => name.trim() === '')) {
    throw new InvalidArgumentError(
      `must be the names of organizational units, separated by slashes, for example Workloads/Test, got '${value}'`,
    );
  }
  return [...previous, value];
}

export function collectAccount(value: string, previous: readonly ExistingAccount[] = []): readonly ExistingAccount[] {
  const [, id, roleName] = /^(\d{12})(?:=([\w+=,.@-]{1,64}))?$/.exec(value) ?? [];
  if (id === undefined) {
    throw new InvalidArgumentError(`must be <id> or <id>=<role name>, where the id has 12 digits, got '${value}'`);
  }
  const isRepeated = previous.some(({ accountId }) => accountId === id);
  if (isRepeated) throw new InvalidArgumentError(`account ${id} is given twice`);
  return [...previous, { accountId: id, roleName }];
}

/** Collects the accounts that each account trusts in its bootstrap. */
export function collectBootstrap(
  value: string, previous: Readonly<Record<string, Bootstrap>> = {},
): Readonly<Record<string, Bootstrap>> {
  const [, id, trusted] = /^(\d{12})=(none|\d{12}(?:,\d{12})*)$/.exec(value) ?? [];
  if (id === undefined) {
    throw new InvalidArgumentError(
      `must be <id>=none, or <id>=<ids of trusted accounts>, separated by commas, each of 12 digits, got '${value}'`,
    );
  }
  if (Object.hasOwn(previous, id)) throw new InvalidArgumentError(`account ${id} is given twice`);
  return { ...previous, [id]: trusted === 'none' ? trusted : trusted.split(',') };
}

export function collectParameter(value: string, previous: readonly StackParameter[] = []): readonly StackParameter[] {
  const [, stack, name, content] = /^(?:([^:=]+):)?([A-Za-z0-9]+)=(.*)$/s.exec(value) ?? [];
  if (name === undefined) {
    throw new InvalidArgumentError(`must be <name>=<value> or <stack>:<name>=<value>, got '${value}'`);
  }
  if (previous.some(other => other.name === name && other.stack === stack)) {
    throw new InvalidArgumentError(`'${stack === undefined ? name : `${stack}:${name}`}' is given twice`);
  }
  return [...previous, { stack, name, value: content }];
}

export function collectSsmParameter(
  value: string, previous: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const [, name, content] = /^([\w./-]+)=(.+)$/s.exec(value) ?? [];
  if (name === undefined) {
    throw new InvalidArgumentError(
      'must be <name>=<value>, for example /team/name=web, where the name has only letters, digits and ._-/ and the '
      + `value is not empty, got '${value}'`,
    );
  }
  if (Object.hasOwn(previous, name)) throw new InvalidArgumentError(`parameter '${name}' is given twice`);
  return { ...previous, [name]: content };
}

export function collectFaultKinds(value: string, previous: readonly FaultKind[] = []): readonly FaultKind[] {
  const added = value.split(',').map(text => text.trim()).map(text => {
    const kind = FAULT_KINDS.find(known => known === text);
    if (kind === undefined) {
      const kinds = FAULT_KINDS.join(', ');
      throw new InvalidArgumentError(`must be one or more of ${kinds}, separated by commas, got '${text}'`);
    }
    return kind;
  });
  return [...new Set([...previous, ...added])];
}

export function collectResourceType(value: string, previous: readonly string[] = []): readonly string[] {
  if (!/^[A-Za-z0-9]+(?:::[A-Za-z0-9]+){2}$/.test(value)) {
    throw new InvalidArgumentError(
      `must be a resource type of CloudFormation, for example AWS::SQS::Queue, got '${value}'`,
    );
  }
  return [...previous, value];
}

export function collectName(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

export function parseSeed(value: string): number {
  const number = Number(value);
  if (value.trim() === '' || !Number.isInteger(number) || number < 0 || number > MAX_SEED) {
    throw new InvalidArgumentError(`must be a whole number from 0 to ${MAX_SEED}, got '${value}'`);
  }
  return number;
}

export function parseAccountId(value: string): string {
  if (!/^\d{12}$/.test(value)) throw new InvalidArgumentError(`must have 12 digits, got '${value}'`);
  return value;
}

export function parseOrganizationId(value: string): string {
  if (!/^o-[a-z0-9]{10,32}$/.test(value)) {
    throw new InvalidArgumentError(`must look like o-a1b2c3d4e5, got '${value}'`);
  }
  return value;
}

export function parseAccountLimit(value: string): number {
  if (!/^[1-9]\d{0,4}$/.test(value)) {
    throw new InvalidArgumentError(`must be a whole number from 1 to 99999, got '${value}'`);
  }
  return Number(value);
}

export function parseScale(value: string): number {
  const number = Number(value);
  if (!(number >= 1 && number <= 3600)) {
    throw new InvalidArgumentError(`must be a number from 1 to 3600, got '${value}'`);
  }
  return number;
}

export function parseFile(value: string): string {
  if (value === '') throw new InvalidArgumentError('is empty: give the name of a file');
  return value;
}

export function parseReason(value: string): string {
  if (value.trim() === '') throw new InvalidArgumentError('is empty: give a reason');
  return value;
}

export function parseReference(value: string): string {
  if (value.trim() === '') throw new InvalidArgumentError('is empty: name a commit, a branch or a tag');
  return value;
}

export function parseHistoryLimit(value: string): number {
  const limit = Number(value);
  if (!/^\d+$/.test(value) || limit < 1 || limit > MAX_HISTORY) {
    throw new InvalidArgumentError(`must be a whole number from 1 to ${MAX_HISTORY}, got '${value}'`);
  }
  return limit;
}

export function parseBranch(value: string): string {
  if (value.trim() === '') throw new InvalidArgumentError('is empty: name a branch or an environment');
  return value;
}

/** The id of a pull request, as its host shows it. */
export function parsePullRequest(value: string): string {
  const id = value.replace(/^[#!]/, '');
  if (!/^\d+$/.test(id)) throw new InvalidArgumentError('is not the number of a pull request, like 12');
  return id;
}

/** Names separated by commas; the option can be repeated. */
export function collectNames(value: string, previous: readonly string[] = []): readonly string[] {
  const names = value.split(',').map(name => name.trim());
  if (names.includes('')) {
    throw new InvalidArgumentError(`must be names of branches or environments, separated by commas, got '${value}'`);
  }
  return [...new Set([...previous, ...names])];
}

export const MAP_FORMATS = ['text', 'json', 'mermaid', 'svg'] as const;

export function parseMapFormat(value: string): (typeof MAP_FORMATS)[number] {
  const format = MAP_FORMATS.find(known => known === value);
  if (format === undefined) throw new InvalidArgumentError(`must be one of ${MAP_FORMATS.join(', ')}, got '${value}'`);
  return format;
}
