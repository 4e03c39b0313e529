import * as v from 'valibot';
import { failed, listOf, read } from './responses';
import type { RepositoryCall } from '../api';
import { HostResponse } from '../host';

const RestrictionInput = v.object({
  kind: v.picklist(['force', 'require_approvals_to_merge', 'require_passing_builds_to_merge']),
  branch_match_kind: v.literal('glob'),
  pattern: v.string(),
  value: v.optional(v.nullable(v.number())),
});

type Restriction = v.InferOutput<typeof RestrictionInput> & { readonly id: number };

/** https://developer.atlassian.com/cloud/bitbucket/rest/api-group-branch-restrictions/ */
export class BitbucketRestrictions {
  private readonly all = new Map<string, readonly Restriction[]>();
  private ids = 0;

  public list({ fullName, query }: RepositoryCall): unknown {
    const pattern = query.get('pattern');
    const found = this.of(fullName).filter(one => pattern === null || one.pattern === pattern);
    return listOf(found, `${fullName}/branch-restrictions`, query, 10);
  }

  public create({ fullName, body }: RepositoryCall): never {
    const restriction = { ...read(RestrictionInput, body), id: ++this.ids };
    const isKnown = this.of(fullName).some(({ kind, pattern }) =>
      kind === restriction.kind && pattern === restriction.pattern);
    if (isKnown) throw failed(409, 'A branch restriction of this kind and pattern already exists');
    this.all.set(fullName, [...this.of(fullName), restriction]);
    throw new HostResponse(201, restriction);
  }

  public update({ fullName, parameter, body }: RepositoryCall): unknown {
    const changed = { ...read(RestrictionInput, body), id: this.required(fullName, parameter).id };
    this.all.set(fullName, this.of(fullName).map(one => (one.id === changed.id ? changed : one)));
    return changed;
  }

  public remove({ fullName, parameter }: RepositoryCall): never {
    const { id } = this.required(fullName, parameter);
    this.all.set(fullName, this.of(fullName).filter(one => one.id !== id));
    throw new HostResponse(204);
  }

  /** @throws the response to a merge that lacks approvals or builds */
  public assertMergeable(fullName: string, branch: string, approvals: number, builds: number): void {
    const value = (kind: Restriction['kind']) =>
      this.of(fullName).find(one => one.kind === kind && one.pattern === branch)?.value ?? 0;
    if (approvals < value('require_approvals_to_merge') || builds < value('require_passing_builds_to_merge')) {
      throw failed(400, 'Your pull request has unresolved merge checks.');
    }
  }

  private of(fullName: string): readonly Restriction[] {
    return this.all.get(fullName) ?? [];
  }

  private required(fullName: string, id: string): Restriction {
    const found = this.of(fullName).find(one => String(one.id) === id);
    if (!found) throw failed(404, 'Branch restriction not found');
    return found;
  }
}
