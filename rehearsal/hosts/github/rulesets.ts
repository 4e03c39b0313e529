import * as v from 'valibot';
import { created, notFound, read } from './responses';
import type { Data } from './shapes';
import type { RepositoryCall } from '../api';
import type { HostConditions } from '../host';
import { HostResponse } from '../host';
import { pageOf } from '../input';

const RuleInput = v.variant('type', [
  v.object({ type: v.literal('non_fast_forward') }),
  v.object({
    type: v.literal('pull_request'), parameters: v.looseObject({ required_approving_review_count: v.number() }),
  }),
  v.object({
    type: v.literal('required_status_checks'),
    parameters: v.looseObject({ required_status_checks: v.array(v.object({ context: v.string() })) }),
  }),
]);
const RulesetInput = v.object({
  name: v.string(),
  target: v.literal('branch'),
  enforcement: v.picklist(['active', 'disabled']),
  bypass_actors: v.optional(v.array(v.object({ actor_id: v.number(), actor_type: v.string() })), []),
  conditions: v.object({ ref_name: v.object({ include: v.array(v.string()), exclude: v.array(v.string()) }) }),
  rules: v.array(RuleInput),
});

type Rule = v.InferOutput<typeof RuleInput>;
type Ruleset = v.InferOutput<typeof RulesetInput> & { readonly id: number };

/** The rulesets of repositories: https://docs.github.com/en/rest/repos/rules */
export class GitHubRulesets {
  private readonly all = new Map<string, readonly Ruleset[]>();
  private ids = 0;

  public constructor(private readonly conditions: HostConditions) {}

  public list({ fullName, query }: RepositoryCall): Pick<Data<'GET /repos/{owner}/{repo}/rulesets'>[number], 'id'>[] {
    return [...pageOf(this.of(fullName), query, 'per_page', 30).values];
  }

  public create({ fullName, body }: RepositoryCall): never {
    const ruleset = { ...read(RulesetInput, body), id: ++this.ids };
    const isTaken = this.of(fullName).some(({ name }) => name === ruleset.name);
    if (isTaken) throw new HostResponse(422, { message: 'Validation Failed', errors: ['Name must be unique'] });
    this.all.set(fullName, [...this.of(fullName), ruleset]);
    throw created(ruleset);
  }

  public update({ fullName, parameter, body }: RepositoryCall): Ruleset {
    const { id } = this.required(fullName, parameter);
    const changed = { ...read(RulesetInput, body), id };
    this.all.set(fullName, this.of(fullName).map(one => (one.id === id ? changed : one)));
    return changed;
  }

  public remove({ fullName, parameter }: RepositoryCall): never {
    const { id } = this.required(fullName, parameter);
    this.all.set(fullName, this.of(fullName).filter(one => one.id !== id));
    throw new HostResponse(204);
  }

  /** The rules for a branch that the owner of a token cannot bypass. @param token undefined: all rules */
  public rules(fullName: string, branch: string, token?: string): readonly Rule[] {
    return this.of(fullName)
      .filter(({ enforcement, conditions: { ref_name: { include } }, bypass_actors: actors }) =>
        enforcement === 'active'
        && include.some(pattern => pattern === '~ALL' || pattern === `refs/heads/${branch}`)
        && !actors.some(({ actor_id: id, actor_type: type }) => type === 'Integration' && this.isApp(id, token)))
      .flatMap(({ rules }) => rules);
  }

  /** @throws the response to a change of a branch that a rule forbids */
  public assertChangeable(fullName: string, branch: string, token: string): void {
    const rules = this.rules(fullName, branch, token).map(({ type }) => type);
    if (rules.includes('pull_request')) throw violation('Changes must be made through a pull request.');
    if (rules.includes('required_status_checks')) throw violation('Required status checks are expected.');
  }

  /** @throws the response to a merge of a pull request that a rule forbids */
  public assertMergeable(
    fullName: string, branch: string, token: string, { approvals, passed }: MergeState,
  ): void {
    for (const rule of this.rules(fullName, branch, token)) {
      const needed = approvalsOf(rule);
      if (approvals < needed) throw notMergeable(`At least ${needed} approving reviews are required.`);
      const missing = checksOf(rule).filter(name => !passed.includes(name));
      if (missing.length > 0) throw notMergeable(`Required status check "${missing[0]}" is expected.`);
    }
  }

  private isApp(id: number, token: string | undefined): boolean {
    const app = this.conditions.apps[String(id)];
    // a token for some repositories only has their names
    const [installation = ''] = token?.split('#') ?? [];
    return app !== undefined && Object.values(app.installations).includes(installation);
  }

  private of(fullName: string): readonly Ruleset[] {
    return this.all.get(fullName) ?? [];
  }

  private required(fullName: string, id: string): Ruleset {
    const found = this.of(fullName).find(one => String(one.id) === id);
    if (!found) throw notFound();
    return found;
  }
}

interface MergeState {
  readonly approvals: number;
  /** Names of checks. */
  readonly passed: readonly string[];
}

function approvalsOf(rule: Rule): number {
  return rule.type === 'pull_request' ? rule.parameters.required_approving_review_count : 0;
}

function checksOf(rule: Rule): readonly string[] {
  return rule.type === 'required_status_checks'
    ? rule.parameters.required_status_checks.map(({ context }) => context)
    : [];
}

function violation(reason: string): HostResponse {
  return new HostResponse(422, { message: `Repository rule violations found\n\n${reason}` });
}

function notMergeable(reason: string): HostResponse {
  return new HostResponse(405, { message: `Repository rule violations found\n\n${reason}` });
}
