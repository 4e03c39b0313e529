import type { ProjectLevelApprovalRuleSchema, ProtectedBranchSchema } from '@gitbeaker/rest';
import * as v from 'valibot';
import { answer, created, read } from './responses';
import type { RepositoryCall } from '../api';
import { HostResponse } from '../host';

/** Without those who may push, the maintainers may. */
const ProtectInput = v.object({ name: v.string() });
const RuleInput = v.object({
  name: v.string(), approvals_required: v.number(), protected_branch_ids: v.optional(v.array(v.number()), []),
});

type ProtectedBranch = Pick<ProtectedBranchSchema, 'id' | 'name'> & { readonly pushers: readonly number[] };
type ApprovalRule = Pick<ProjectLevelApprovalRuleSchema, 'id' | 'name' | 'approvals_required'> & {
  readonly branchIds: readonly number[];
};

/** The protected branches and approval rules of projects, as of the tier Premium. Every token belongs to a user. */
export class GitLabRules {
  private readonly branches = new Map<string, readonly ProtectedBranch[]>();
  private readonly rules = new Map<string, readonly ApprovalRule[]>();
  private readonly users: string[] = [];
  private ids = 0;

  public userId(token: string): number {
    if (!this.users.includes(token)) this.users.push(token);
    return this.users.indexOf(token) + 1;
  }

  public show({ fullName, parameter }: RepositoryCall): Pick<ProtectedBranchSchema, 'id' | 'name'> {
    const { id, name, pushers } = this.required(fullName, parameter);
    const users = pushers.map(user => (
      { id: user, access_level: 40, access_level_description: `user ${user}`, user_id: user }
    ));
    const maintainers = { id, access_level: 40, access_level_description: 'Maintainers', user_id: null };
    return { id, name, ...{ push_access_levels: users.length > 0 ? users : [maintainers] } };
  }

  public protect({ fullName, body, query }: RepositoryCall): never {
    const { name } = read(ProtectInput, { ...Object.fromEntries(query), ...body });
    if (this.find(fullName, name)) throw answer(409, `Protected branch '${name}' already exists`);
    const branch = { id: ++this.ids, name, pushers: query.getAll('allowed_to_push[][user_id]').map(Number) };
    this.branches.set(fullName, [...this.branches.get(fullName) ?? [], branch]);
    throw created(branch);
  }

  public unprotect({ fullName, parameter }: RepositoryCall): never {
    const { id } = this.required(fullName, parameter);
    this.branches.set(fullName, (this.branches.get(fullName) ?? []).filter(one => one.id !== id));
    throw new HostResponse(204);
  }

  public listRules({ fullName }: RepositoryCall): readonly ApprovalRule[] {
    return this.rules.get(fullName) ?? [];
  }

  public createRule({ fullName, body }: RepositoryCall): never {
    const { protected_branch_ids: branchIds, ...rule } = read(RuleInput, body);
    const added = { ...rule, branchIds, id: ++this.ids };
    this.rules.set(fullName, [...this.rules.get(fullName) ?? [], added]);
    throw created(added);
  }

  public editRule({ fullName, parameter, body }: RepositoryCall): ApprovalRule {
    const { protected_branch_ids: branchIds, ...rule } = read(RuleInput, body);
    const changed = { ...rule, branchIds, id: Number(parameter) };
    this.rules.set(fullName, this.listOf(fullName, changed.id).concat(changed));
    return changed;
  }

  public removeRule({ fullName, parameter }: RepositoryCall): never {
    this.rules.set(fullName, this.listOf(fullName, Number(parameter)));
    throw new HostResponse(204);
  }

  /** @throws the response to a change of a branch that is protected */
  public assertChangeable(fullName: string, branch: string, token: string): void {
    const found = this.find(fullName, branch);
    if (found && !found.pushers.includes(this.userId(token))) {
      throw answer(403, '403 Forbidden - You are not allowed to push into this branch');
    }
  }

  /** @throws the response to the deletion of a branch that is protected */
  public assertDeletable(fullName: string, branch: string): void {
    if (this.find(fullName, branch)) throw answer(403, "403 Forbidden - Protected branch can't be removed");
  }

  /** @throws the response to a merge that lacks approvals */
  public assertMergeable(fullName: string, branch: string, approvals: number): void {
    const { id } = this.find(fullName, branch) ?? {};
    const needed = this.listOf(fullName).filter(({ branchIds }) =>
      branchIds.length === 0 || branchIds.some(one => one === id)).map(rule => rule.approvals_required);
    if (needed.some(count => approvals < count)) throw answer(405, '405 Method Not Allowed');
  }

  private listOf(fullName: string, without?: number): readonly ApprovalRule[] {
    return (this.rules.get(fullName) ?? []).filter(({ id }) => id !== without);
  }

  private find(fullName: string, name: string): ProtectedBranch | undefined {
    return this.branches.get(fullName)?.find(one => one.name === name);
  }

  private required(fullName: string, name: string): ProtectedBranch {
    const found = this.find(fullName, name);
    if (!found) throw answer(404, '404 Not found');
    return found;
  }
}
