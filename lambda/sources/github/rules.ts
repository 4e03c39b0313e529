import { createHash } from 'node:crypto';
import type { Endpoints } from '@octokit/types';
import { hasStatus } from './errors';
import type { GitHubClient, GitHubRepository } from './repository';
import type { BranchRules } from '../source';
import { HostError } from '../source';

type Ruleset = Endpoints['PUT /repos/{owner}/{repo}/rulesets/{ruleset_id}']['parameters'];

const PAGE = 100;

/** Characters of the name of a branch in the name of its ruleset. */
const MAX_NAME = 80;

/**
 * The rulesets of one repository: one for each branch, because a ruleset cannot be changed on the condition that
 * another function has not changed it. A repository has at most 75.
 *
 * https://docs.github.com/en/rest/repos/rules
 */
export class GitHubRules {
  public constructor(
    private readonly client: GitHubClient,
    private readonly repository: GitHubRepository,
  ) {}

  /** Requires what is wanted, or nothing. It may be repeated. */
  public async protect(branchName: string, wanted: BranchRules): Promise<void> {
    const name = nameOf(branchName);
    const known = await this.find(name);
    const rules = rulesOf(wanted);
    if (rules.length === 0) {
      if (known !== undefined) await this.remove(known);
      return;
    }
    const ruleset = {
      ...this.repository,
      name,
      target: 'branch' as const,
      enforcement: 'active' as const,
      bypass_actors: [{ actor_id: this.appId(), actor_type: 'Integration' as const, bypass_mode: 'always' as const }],
      conditions: { ref_name: { include: [`refs/heads/${branchName}`], exclude: [] } },
      rules,
    };
    if (known === undefined) {
      await this.client.request('POST /repos/{owner}/{repo}/rulesets', ruleset);
    } else {
      const changed = { ...ruleset, ruleset_id: known };
      await this.client.request('PUT /repos/{owner}/{repo}/rulesets/{ruleset_id}', changed);
    }
  }

  /** Whether the rules in effect require what is wanted. */
  public async isRequired(branchName: string, { review, checks = [] }: BranchRules): Promise<boolean> {
    const { data: rules } = await this.client.request('GET /repos/{owner}/{repo}/rules/branches/{branch}', {
      ...this.repository, branch: branchName, per_page: PAGE,
    });
    const approvals = rules.map(rule =>
      (rule.type === 'pull_request' ? rule.parameters?.required_approving_review_count ?? 0 : -1));
    const required = rules.flatMap(rule => (
      rule.type === 'required_status_checks' ? rule.parameters?.required_status_checks ?? [] : []
    )).map(({ context }) => context);
    return Math.max(-1, ...approvals) >= Number(review?.approvals ?? 0)
      && checks.every(check => required.includes(check));
  }

  private async find(name: string): Promise<number | undefined> {
    for (let page = 1; ; page++) {
      const { data } = await this.client.request('GET /repos/{owner}/{repo}/rulesets', {
        ...this.repository, includes_parents: false, targets: 'branch', per_page: PAGE, page,
      });
      const found = data.find(ruleset => ruleset.name === name);
      if (found || data.length < PAGE) return found?.id;
    }
  }

  private async remove(rulesetId: number): Promise<void> {
    try {
      await this.client.request('DELETE /repos/{owner}/{repo}/rulesets/{ruleset_id}', {
        ...this.repository, ruleset_id: rulesetId,
      });
    } catch (error) {
      if (!hasStatus(error, 404)) throw error;
    }
  }

  private appId(): number {
    if (this.client.appId !== undefined) return this.client.appId;
    const { owner, repo } = this.repository;
    throw new HostError(
      `'requireReview' and 'requirePassingPipeline' in repository '${owner}/${repo}' of GitHub need the key of a `
        + 'GitHub App in the secret, because a ruleset would reject environment.json from the owner of a token: store '
        + 'the key of an App, or omit them',
    );
  }
}

function rulesOf({ review, checks }: BranchRules): NonNullable<Ruleset['rules']> {
  if (!review && !checks) return [];
  return [
    { type: 'non_fast_forward' },
    {
      type: 'pull_request',
      parameters: {
        required_approving_review_count: review ? Number(review.approvals) : 0,
        dismiss_stale_reviews_on_push: true,
        require_code_owner_review: false,
        require_last_push_approval: false,
        required_review_thread_resolution: false,
      },
    },
    ...checks ? [{
      type: 'required_status_checks' as const,
      parameters: {
        required_status_checks: checks.map(context => ({ context })),
        strict_required_status_checks_policy: false,
        do_not_enforce_on_create: true,
      },
    }] : [],
  ];
}

/** Unique for the branch, also if its name is cut. */
function nameOf(branchName: string): string {
  const hash = createHash('sha256').update(branchName).digest('hex').slice(0, 8);
  const name = branchName.length > MAX_NAME ? `${branchName.slice(0, MAX_NAME)}… ${hash}` : branchName;
  return `org-environments ${name}`;
}
