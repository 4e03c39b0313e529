import type { HostConditions, HostRequest, TokenAccess } from './host';
import { HostResponse } from './host';
import type { HostedRepositories } from './repositories';
import type { Environment, HttpRequest } from '../core/service';
import type { Repository } from '../services/codecommit/repository';

/** A request for one repository. */
export interface RepositoryCall extends HostRequest {
  readonly repository: Repository;
  readonly fullName: string;
  readonly token: string;
  /** The variable end of the path. */
  readonly parameter: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Moves a branch. Returns false if it is not at the commit. */
  readonly move: (branch: string, from: string | undefined, to: string) => Promise<boolean>;
  /** Deletes a branch. Returns false if it is not at the commit. */
  readonly remove: (branch: string, from: string) => Promise<boolean>;
}

/** The operations of repositories: method, end of the path, and what answers it. */
export type Routes = readonly (
  readonly [method: string, path: RegExp, operation: (call: RepositoryCall) => Promise<unknown>]
)[];

/** The API of a host, on simulated repositories. */
export abstract class HostApi {
  public abstract readonly hostname: string;
  protected abstract readonly routes: Routes;

  public constructor(
    protected readonly environment: Environment,
    protected readonly repositories: HostedRepositories,
    protected readonly conditions: HostConditions,
  ) {}

  public async answer(request: HttpRequest): Promise<HostResponse> {
    return this.environment.clock.during(async () => {
      try {
        const text = request.body.toString('utf8');
        const body = bodyOf(text, request.headers['content-type']);
        if (this.conditions.failure) throw this.conditions.failure;
        return new HostResponse(200, await this.respond({ ...request, body }));
      } catch (error) {
        if (error instanceof HostResponse) return error;
        throw error;
      }
    });
  }

  /** The response for a path without a repository, or a promise of it; otherwise undefined. */
  protected other(_request: HostRequest): unknown {
    return undefined;
  }

  /** The repository that a request concerns, and what it wants of it. */
  protected locate({ path }: HostRequest): { readonly fullName: string; readonly rest: string } | undefined {
    return this.splitPath(path);
  }

  /** What a token may do. @throws if it is unknown */
  protected accessOf(request: HostRequest): TokenAccess {
    const access = this.conditions.tokens[this.tokenOf(request)];
    if (access === undefined) throw this.badCredentials();
    return access;
  }

  /** Creates an empty repository. @throws if the token may not, or the repository exists */
  protected async createRepository(request: HostRequest, fullName: string, taken: HostResponse): Promise<void> {
    const { level, names, repositories } = this.accessOf(request);
    if (level === 'read' || names !== undefined || repositories !== undefined) throw this.forbidden();
    if (this.repositories.find(fullName) !== undefined) throw taken;
    await this.repositories.create(fullName);
  }

  /** The token of a request. */
  protected abstract tokenOf(request: HostRequest): string;

  /** The repository and the rest of a path; undefined: the path names none. */
  protected abstract splitPath(path: string): { readonly fullName: string; readonly rest: string } | undefined;

  /** The response for a repository that does not exist, or may not be seen. */
  protected abstract noRepository(): HostResponse;

  protected abstract badCredentials(): HostResponse;

  protected abstract forbidden(): HostResponse;

  private async respond(request: HostRequest): Promise<unknown> {
    const other = this.other(request);
    if (other !== undefined) return other;
    const [token, access] = [this.tokenOf(request), this.accessOf(request)];
    const { fullName, rest } = this.locate(request) ?? { fullName: '', rest: '' };
    const repository = this.repositories.find(fullName);
    const name = fullName.slice(fullName.lastIndexOf('/') + 1);
    const isVisible = (access.repositories?.includes(fullName) ?? true) && (access.names?.includes(name) ?? true);
    if (repository === undefined || !isVisible) throw this.noRepository();
    return this.respondFor({ request, repository, fullName, rest, access, token });
  }

  private async respondFor(
    { request, repository, fullName, rest, access, token }: RepositoryRequest,
  ): Promise<unknown> {
    for (const [method, pattern, operation] of this.routes) {
      const match = pattern.exec(rest);
      if (method !== request.method || match === null) continue;
      if (method !== 'GET' && access.level === 'read') throw this.forbidden();
      return operation({
        ...request,
        repository,
        fullName,
        token,
        parameter: decodeURIComponent(match[1] ?? ''),
        now: this.environment.clock.now(),
        move: async (branch, from, to) => this.repositories.move(repository, branch, from, to),
        remove: async (branch, from) => this.repositories.move(repository, branch, from, undefined),
      });
    }
    throw this.noRepository();
  }
}

interface RepositoryRequest {
  readonly request: HostRequest;
  readonly repository: Repository;
  readonly fullName: string;
  readonly rest: string;
  readonly access: TokenAccess;
  readonly token: string;
}

function bodyOf(text: string, type = ''): Readonly<Record<string, unknown>> {
  if (text === '') return {};
  return type.startsWith('application/x-www-form-urlencoded')
    ? Object.fromEntries(new URLSearchParams(text))
    : JSON.parse(text);
}
