import type { BitbucketClient } from './client';
import { BitbucketError } from './client';
import type { BranchRules } from '../source';
import { HostError } from '../source';

/** The kinds of restrictions that this library makes. */
type Kind = 'force' | 'require_approvals_to_merge' | 'require_passing_builds_to_merge';

interface Restriction {
  readonly id: number;
  readonly kind: string;
  readonly pattern?: string;
  readonly branch_match_kind: string;
  readonly value?: number | null;
}

const KINDS: readonly Kind[] = ['force', 'require_approvals_to_merge', 'require_passing_builds_to_merge'];
const MAX = 1000;

/**
 * The branch restrictions of one repository. They concern pull requests: every user that may write can push, too.
 *
 * https://developer.atlassian.com/cloud/bitbucket/rest/api-group-branch-restrictions/
 */
export class BitbucketRules {
  public constructor(
    private readonly client: BitbucketClient,
    private readonly repositoryName: string,
  ) {}

  /** The kinds of restrictions that exist for exactly this branch. A branch has one of each. */
  public async foreign(branchName: string): Promise<readonly string[]> {
    return (await this.list(branchName)).map(({ kind }) => kind);
  }

  /** Requires what is wanted, or nothing. It may be repeated. */
  public async protect(branchName: string, rules: BranchRules, foreign: readonly string[]): Promise<void> {
    const known = await this.list(branchName);
    const wanted = valuesOf(rules);
    for (const kind of KINDS) {
      const [value, found] = [wanted.get(kind), known.find(one => one.kind === kind)];
      if (foreign.includes(kind)) this.assertEnough(branchName, kind, value, found);
      else if (value === undefined && found) await this.send('DELETE', `/${found.id}`);
      else if (value !== undefined) await this.set(branchName, kind, value, found);
    }
  }

  /** Whether the restrictions for exactly this branch require what is wanted. */
  public async isRequired(branchName: string, rules: BranchRules): Promise<boolean> {
    const known = await this.list(branchName);
    return [...valuesOf(rules)].every(([kind, value]) =>
      known.some(one => one.kind === kind && (one.value ?? 0) >= value));
  }

  private async set(branchName: string, kind: Kind, value: number, found: Restriction | undefined): Promise<void> {
    if (found && (found.value ?? 0) === value) return;
    const restriction = {
      kind, branch_match_kind: 'glob', pattern: branchName, users: [], groups: [], ...value > 0 && { value },
    };
    await (found ? this.send('PUT', `/${found.id}`, restriction) : this.send('POST', '', restriction));
  }

  private assertEnough(
    branchName: string, kind: Kind, value: number | undefined, found: Restriction | undefined,
  ): void {
    if (value === undefined || (found && (found.value ?? 0) >= value)) return;
    throw new HostError(
      `branch '${branchName}' of repository '${this.repositoryName}' in Bitbucket has a branch restriction of another `
        + `owner, '${kind}' with the value ${found?.value ?? 0}, but ${value} is declared: change or remove it there`,
    );
  }

  private async list(branchName: string): Promise<readonly Restriction[]> {
    const path = `branch-restrictions?pagelen=100&pattern=${encodeURIComponent(branchName)}`;
    const { values } = await this.client.all<Restriction>(this.repositoryName, path, MAX);
    return values.filter(one => one.pattern === branchName && one.branch_match_kind === 'glob');
  }

  private async send(method: 'POST' | 'PUT' | 'DELETE', id: string, json?: object): Promise<void> {
    try {
      await this.client.request(this.repositoryName, `branch-restrictions${id}`, { method, ...json && { json } });
    } catch (error) {
      const isGone = method === 'DELETE' && error instanceof BitbucketError && error.status === 404;
      if (!isGone) throw error;
    }
  }
}

/** 0: the kind has no value. */
function valuesOf({ review, checks }: BranchRules): ReadonlyMap<Kind, number> {
  if (!review && !checks) return new Map();
  return new Map<Kind, number>([
    ['force', 0],
    ...review ? [['require_approvals_to_merge', Number(review.approvals)] as const] : [],
    // Bitbucket counts the builds that have passed
    ...checks ? [['require_passing_builds_to_merge', checks.length] as const] : [],
  ]);
}
