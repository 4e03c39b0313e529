import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import * as path from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { FaultOptions } from '../run/fault-injection';
import type { GivenParameter } from '../run/parameters';
import { UsageError } from '../usage-error';

export interface ExistingAccount {
  readonly accountId: string;
  /** A role in it that trusts the management account. */
  readonly roleName?: string;
}

export interface RehearseOptions extends FaultOptions {
  readonly app: readonly string[];
  readonly repository?: Readonly<Record<string, string>>;
  readonly organizationalUnit?: readonly string[];
  readonly account?: readonly ExistingAccount[];
  readonly parameters?: readonly GivenParameter[];
  readonly ssmParameter?: Readonly<Record<string, string>>;
  readonly accountLimit?: number;
  readonly managementAccount?: string;
  readonly organizationId?: string;
  readonly destroy?: boolean;
  readonly pipelines?: boolean;
  readonly then?: readonly string[];
  readonly report?: string;
  readonly log?: string;
  readonly timeline?: string;
  readonly scale?: number;
  readonly verbose?: boolean;
}

export function collectApp(value: string, before: readonly string[] = []): string[] {
  if (value.trim() === '') throw new InvalidArgumentError('must be the folder of a cloud assembly, usually cdk.out, or the command that synthesizes it; it is empty');
  return [...before, value];
}

export function collectRepository(value: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const [, name, folder] = /^([\w.-]{1,100})=(.+)$/.exec(value) ?? [];
  if (name === undefined) throw new InvalidArgumentError(`must be <name>=<path>, got '${value}'`);
  if (Object.hasOwn(before, name)) throw new InvalidArgumentError(`repository '${name}' is given twice`);
  return { ...before, [name]: folder };
}

export function collectCommand(value: string, before: readonly string[] = []): string[] {
  if (value.trim() === '') throw new InvalidArgumentError('must be a command, for example a git push; it is empty');
  return [...before, value];
}

export function collectUnit(value: string, before: readonly string[] = []): string[] {
  if (value.split('/').some(name => name.trim() === '')) {
    throw new InvalidArgumentError(`must be the names of units with a / between them, none of them empty, for example Workloads/Test, got '${value}'`);
  }
  return [...before, value];
}

export function collectAccount(value: string, before: readonly ExistingAccount[] = []): ExistingAccount[] {
  const [, id, roleName] = /^(\d{12})(?:=([\w+=,.@-]{1,64}))?$/.exec(value) ?? [];
  if (id === undefined) throw new InvalidArgumentError(`must be <id> or <id>=<role name>, where the id is twelve digits, got '${value}'`);
  if (before.some(account => account.accountId === id)) throw new InvalidArgumentError(`account ${id} is given twice`);
  return [...before, { accountId: id, roleName }];
}

export function accountId(value: string): string {
  if (!/^\d{12}$/.test(value)) throw new InvalidArgumentError(`must be twelve digits, got '${value}'`);
  return value;
}

export function organizationId(value: string): string {
  if (!/^o-[a-z0-9]{10,32}$/.test(value)) throw new InvalidArgumentError(`must look like o-a1b2c3d4e5, got '${value}'`);
  return value;
}

export function accountLimit(value: string): number {
  if (!/^[1-9]\d{0,4}$/.test(value)) throw new InvalidArgumentError(`must be a number from 1 to 99999, got '${value}'`);
  return Number(value);
}

export function scale(value: string): number {
  const number = Number(value);
  if (!(number >= 1 && number <= 3600)) throw new InvalidArgumentError(`must be a number from 1 to 3600, got '${value}'`);
  return number;
}

/** What can be wrong with files and folders is told before anything runs. */
export function checkFiles({ repository = {}, report, log, timeline }: RehearseOptions): void {
  for (const [name, folder] of Object.entries(repository)) {
    const what = `--repository '${name}': the folder`;
    if (!existsSync(folder)) throw new UsageError(`${what} '${path.resolve(folder)}' does not exist`);
    if (!statSync(folder).isDirectory()) throw new UsageError(`--repository '${name}': '${path.resolve(folder)}' is a file: give a folder or a git repository`);
    if (readdirSync(folder).length === 0) throw new UsageError(`${what} is empty: '${path.resolve(folder)}' must hold at least one file for a first commit`);
  }
  const written = [['--report', report], ['--log', log], ['--timeline', timeline]] as const;
  for (const [option, file] of written) checkWritable(option, file);
  const seen = new Map<string, string>();
  for (const [option, file] of written) {
    if (file === undefined) continue;
    const earlier = seen.get(path.resolve(file));
    if (earlier !== undefined) throw new UsageError(`${earlier} and ${option} '${file}' are the same file: name two`);
    seen.set(path.resolve(file), `${option} '${file}'`);
  }
}

function checkWritable(option: string, file: string | undefined): void {
  if (file === undefined) return;
  const folder = path.dirname(path.resolve(file));
  if (file === '') throw new UsageError(`${option} must name a file, it is empty`);
  if (!existsSync(folder)) throw new UsageError(`${option} '${file}': the folder '${folder}' does not exist`);
  if (existsSync(file) && statSync(file).isDirectory()) throw new UsageError(`${option} '${file}' is a folder: name a file`);
  try {
    accessSync(existsSync(file) ? file : folder, constants.W_OK);
  } catch {
    throw new UsageError(`${option} '${file}' cannot be written: you have no right to do so`);
  }
}
