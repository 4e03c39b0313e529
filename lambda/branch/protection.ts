import { isDeepStrictEqual } from 'node:util';
import type { BranchRequest } from '../../src/branch/contract';
import type { BranchRecord } from '../registry/branch';
import { branchKey } from '../registry/branch';
import type { Registry, Versioned } from '../registry/registry';
import type { Hosts } from '../sources/hosts';
import type { BranchRules } from '../sources/source';

type Read = Versioned<BranchRecord>;
type Branch = Pick<BranchRequest, 'host' | 'credentialsArn' | 'repositoryName' | 'branchName'>;

/** The calls of the host that a protection needs. */
export type ProtectionCalls = 'foreignRules' | 'protect';

/** What is declared of pull requests to a branch; undefined: nothing. */
export function rulesOf({ review, checks }: BranchRequest): BranchRules | undefined {
  return review || checks ? { ...review && { review }, ...checks && { checks } } : undefined;
}

/** Whether this library has made rules for the branch, or was about to. */
export function isProtected({ foreignRules, review }: BranchRecord): boolean {
  // records of a former version have no rules of others
  return foreignRules !== undefined || review !== undefined;
}

/** Requires what is declared of pull requests to a branch, and removes only what it has required itself. */
export class Protections {
  public constructor(
    private readonly registry: Registry,
    private readonly hosts: Hosts<ProtectionCalls>,
  ) {}

  /** Requires what the request declares. It may be repeated after a crash at any call. */
  public async apply(request: BranchRequest, record: Read): Promise<Read> {
    const { repositoryName, branchName, review, checks } = request;
    const wanted = rulesOf(request);
    const isDone = isDeepStrictEqual(record.review, review) && isDeepStrictEqual(record.checks, checks)
      && (record.foreignRules !== undefined) === (wanted !== undefined);
    if (isDone) return record;
    const intended = await this.intend(request, record);
    await this.hosts(request).protect(repositoryName, branchName, wanted ?? {}, intended.foreignRules ?? []);
    return this.save(request, intended, wanted);
  }

  /** Removes what was required; the branch may be deleted afterwards. */
  public async release(branch: Branch, record: Read): Promise<Read> {
    if (!isProtected(record)) return record;
    await this.hosts(branch).protect(branch.repositoryName, branch.branchName, {}, record.foreignRules ?? []);
    return this.save(branch, record, undefined);
  }

  /** What exists before belongs to others. It is recorded first: after a crash, nothing distinguishes it from ours. */
  private async intend(request: BranchRequest, record: Read): Promise<Read> {
    if (record.foreignRules) return record;
    // what a former version has required is ours
    const foreignRules = record.review
      ? []
      : await this.hosts(request).foreignRules(request.repositoryName, request.branchName);
    return this.registry.write<BranchRecord>(branchKey(request), { ...record, foreignRules }, record.version);
  }

  private async save(
    branch: Branch, record: Read, rules: Pick<BranchRecord, 'review' | 'checks'> | undefined,
  ): Promise<Read> {
    const { review, checks, foreignRules, version, ...rest } = record;
    const kept = rules && { ...rules, ...foreignRules && { foreignRules } };
    return this.registry.write<BranchRecord>(branchKey(branch), { ...rest, ...kept }, version);
  }
}
