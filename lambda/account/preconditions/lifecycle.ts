import type { PreconditionSources } from './findings';
import { findProblems } from './problems';
import type { PreconditionsRequest, PreconditionsResult } from '../../../src/account/contract';
import type { PreconditionsRecord } from '../../registry/preconditions';
import { preconditionsKey } from '../../registry/preconditions';
import type { Registry } from '../../registry/registry';
import type { Lifecycle, Owner, Progress } from '../../shared/lifecycle';
import { DONE, waitFor } from '../../shared/lifecycle';
import { MAX_PROPAGATION } from '../../shared/propagation';

/**
 * Checks the preconditions of a stack before its first account is created. Only new preconditions are checked: those
 * met before are in use, and a rollback to them must succeed.
 */
export class Preconditions
implements Omit<Lifecycle<PreconditionsRequest, PreconditionsResult>, 'check' | 'requestRepair'> {
  public constructor(
    private readonly context: PreconditionSources & { readonly registry: Registry },
  ) {}

  public async requestCreate(owner: Owner, _request: PreconditionsRequest): Promise<void> {
    const record = await this.read(owner);
    await this.write(owner, { attempt: this.context.now(), met: record?.met ?? [] }, record?.version);
  }

  public async requestUpdate(owner: Owner, request: PreconditionsRequest): Promise<void> {
    await this.requestCreate(owner, request);
  }

  public async requestDelete(owner: Owner): Promise<void> {
    const record = await this.read(owner);
    if (record) await this.context.registry.remove(preconditionsKey(owner), record.version);
  }

  public async reconcile(owner: Owner, request: PreconditionsRequest): Promise<Progress<PreconditionsResult>> {
    const record = await this.read(owner);
    if (!record) throw new Error('the preconditions were removed while they were checked: deploy again');
    const { problems, refused } = await findProblems(this.context, without(request, record.met));
    if (refused && this.context.now() - record.attempt < MAX_PROPAGATION) {
      return waitFor('access to the repositories and to the management account');
    }
    if (problems.length > 0) throw unmet(problems);
    await this.write(owner, { attempt: record.attempt, met: keysOf(request) }, record.version);
    return { done: true, result: {} };
  }

  public subjectOf(): string {
    return 'the check before the first account is created';
  }

  public async reconcileDelete(): Promise<Progress<void>> {
    return DONE;
  }

  private read(owner: Owner) {
    return this.context.registry.read<PreconditionsRecord>(preconditionsKey(owner));
  }

  private async write(owner: Owner, record: PreconditionsRecord, version: number | undefined): Promise<void> {
    await this.context.registry.write<PreconditionsRecord>(preconditionsKey(owner), record, version);
  }
}

function unmet(problems: readonly string[]): Error {
  const [only, ...others] = problems;
  if (others.length === 0) return new Error(`no account was created: ${only}`);
  const numbered = problems.map((problem, index) => `(${index + 1}) ${problem}`);
  return new Error(`no account was created, because of ${problems.length} problems: ${numbered.join(' ')}`);
}

type NewBranch = PreconditionsRequest['newBranches'][number];

const KEYS = {
  email: (email: string) => `email#${email.toLowerCase()}`,
  unit: (unit: string) => `unit#${unit}`,
  newBranch: ({ host, repositoryName, branchName, parentName }: NewBranch) =>
    `branch#${host}#${repositoryName}#${branchName}#${parentName}`,
};

function keysOf({ emails, organizationalUnits, newBranches }: PreconditionsRequest): readonly string[] {
  return [...emails.map(KEYS.email), ...organizationalUnits.map(KEYS.unit), ...newBranches.map(KEYS.newBranch)];
}

function without(request: PreconditionsRequest, met: readonly string[]): PreconditionsRequest {
  const known = new Set(met);
  return {
    ...request,
    emails: request.emails.filter(email => !known.has(KEYS.email(email))),
    organizationalUnits: request.organizationalUnits.filter(unit => !known.has(KEYS.unit(unit))),
    newBranches: request.newBranches.filter(newBranch => !known.has(KEYS.newBranch(newBranch))),
  };
}
