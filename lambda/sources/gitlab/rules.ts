import type { ProtectedBranchSchema } from '@gitbeaker/rest';
import { isAnswer } from './errors';
import type { GitLabClient } from './repository';
import type { BranchRules } from '../source';
import { HostError } from '../source';

/** A protection of a branch that exists before. */
export const PROTECTED_BRANCH = 'protected branch';

const DEVELOPER = 30;

/**
 * The protected branches and approval rules of one project. They need the tier Premium.
 *
 * https://docs.gitlab.com/api/protected_branches/ https://docs.gitlab.com/api/merge_request_approvals/
 */
export class GitLabRules {
  public constructor(
    private readonly client: GitLabClient,
    private readonly repositoryName: string,
  ) {}

  /** Protections with the exact name of the branch: those with a wildcard stay in effect besides ours. */
  public async foreign(branchName: string): Promise<readonly string[]> {
    return await this.protectedBranch(branchName) === undefined ? [] : [PROTECTED_BRANCH];
  }

  /** Requires what is wanted, or nothing. It may be repeated. */
  public async protect(branchName: string, { review }: BranchRules, foreign: readonly string[]): Promise<void> {
    const name = nameOf(branchName);
    const rule = (await this.approvalRules(review !== undefined)).find(one => one.name === name);
    const known = await this.protectedBranch(branchName);
    if (!review) {
      if (rule) await this.premium(async () => this.client.approvals.removeApprovalRule(this.repositoryName, rule.id));
      const isOurs = known !== undefined && !foreign.includes(PROTECTED_BRANCH);
      if (isOurs) await this.client.protectedBranches.unprotect(this.repositoryName, branchName);
      return;
    }
    const protectedBranchIds = [await this.bound(branchName, known, foreign.includes(PROTECTED_BRANCH))];
    const approvals = Number(review.approvals);
    await this.premium(async () => (rule
      ? this.client.approvals.editApprovalRule(this.repositoryName, rule.id, name, approvals, { protectedBranchIds })
      : this.client.approvals.createApprovalRule(this.repositoryName, name, approvals, { protectedBranchIds })));
  }

  /** Whether the approval rule of this library exists, and no role pushes without a merge request. */
  public async isRequired(branchName: string, { review }: BranchRules): Promise<boolean> {
    if (!review) return true;
    const rule = (await this.approvalRules(true)).find(one => one.name === nameOf(branchName));
    const known = await this.protectedBranch(branchName);
    return rule !== undefined && rule.approvals_required >= Number(review.approvals)
      && known !== undefined && rolesThatPush(known).length === 0;
  }

  /** Returns the id of a protection that lets no role push. @throws if that of another owner does */
  private async bound(
    branchName: string, known: ProtectedBranchSchema | undefined, isForeign: boolean,
  ): Promise<number> {
    if (known === undefined) return this.create(branchName);
    const pushers = rolesThatPush(known);
    if (pushers.length === 0) return known.id;
    if (isForeign) {
      throw new HostError(
        `branch '${branchName}' of repository '${this.repositoryName}' in GitLab is protected by another owner, who `
          + `lets '${pushers.join("', '")}' push without a merge request, but 'requireReview' is declared: allow only `
          + 'the owner of the token to push there, or remove the protection',
      );
    }
    await this.client.protectedBranches.unprotect(this.repositoryName, branchName);
    return this.create(branchName);
  }

  /** Without the tier there are no rules: a review that could not be required can be omitted. */
  private async approvalRules(isWanted: boolean) {
    const list = async () => this.client.approvals.allApprovalRules(this.repositoryName);
    if (isWanted) return this.premium(list);
    try {
      return await list();
    } catch (error) {
      if (isAnswer(error, 404, /^404 not found/i)) return [];
      throw error;
    }
  }

  /** Only the owner of the token pushes without a merge request, which `environment.json` needs. */
  private async create(branchName: string): Promise<number> {
    const { id: userId } = await this.client.users.showCurrentUser();
    const { id } = await this.premium(async () => this.client.protectedBranches.protect(
      this.repositoryName, branchName, {
        allowForcePush: false, allowedToPush: [{ userId }], allowedToMerge: [{ accessLevel: DEVELOPER }],
      },
    ));
    return id;
  }

  private async protectedBranch(branchName: string): Promise<ProtectedBranchSchema | undefined> {
    try {
      return await this.client.protectedBranches.show(this.repositoryName, branchName);
    } catch (error) {
      if (isAnswer(error, 404, /^404 not found/i)) return undefined;
      throw error;
    }
  }

  /** Lower tiers answer as if there were no such address, or no permission. */
  private async premium<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (!isAnswer(error, 404, /^404 not found/i) && !isAnswer(error, 422, /./)) throw error;
      throw new HostError(
        `'requireReview' in repository '${this.repositoryName}' of GitLab needs the tier Premium or Ultimate, which `
          + 'has approval rules: omit it, or change the tier',
        error,
      );
    }
  }
}

function nameOf(branchName: string): string {
  return `org-environments ${branchName}`;
}

/** The roles and groups that push without a merge request; users are chosen one by one. */
function rolesThatPush({ push_access_levels: levels = [] }: ProtectedBranchSchema): readonly string[] {
  const isRole = (one: { access_level: number; user_id?: unknown }) => one.access_level > 0 && !one.user_id;
  return levels.filter(isRole).map(one => one.access_level_description);
}
