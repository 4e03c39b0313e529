import type { Drift } from '../../src/operations/contract';
import type { RepositoryReference, RepositoryRequest, RepositoryResult } from '../../src/sources/contract';
import type { Lifecycle, Owner, Progress } from '../shared/lifecycle';
import { checkAgainIn, DONE, done, waitFor } from '../shared/lifecycle';
import type { CopyHistory } from '../sources/git/copy';
import type { Hosts } from '../sources/hosts';
import {
  BranchMovedError, HostRepositoryMissingError, RepositoryExistsError, RepositoryNotFoundError, SourceError,
} from '../sources/source';

/** The calls of the host that a repository needs. */
type RepositoryCalls = 'branches' | 'createRepository' | 'gitRemote';

const SECONDS_AFTER_CREATION = 2;

/**
 * Creates a repository as a copy of a template. It needs no record: a repository with a branch is never changed, and
 * one without a branch has nothing to lose. Repositories are never deleted.
 */
export class RepositoryLifecycle implements Lifecycle<RepositoryRequest, RepositoryResult> {
  public constructor(
    private readonly hosts: Hosts<RepositoryCalls>,
    private readonly copyHistory: CopyHistory,
  ) {}

  public subjectOf({ repositoryName }: RepositoryRequest): string {
    return `repository '${repositoryName}'`;
  }

  public async requestCreate(): Promise<void> {
    // the request says all
  }

  public async requestUpdate(): Promise<void> {
    // the request says all
  }

  public async requestDelete(): Promise<void> {
    // repositories stay
  }

  public async reconcile(_owner: Owner, request: RepositoryRequest): Promise<Progress<RepositoryResult>> {
    try {
      return await this.step(request);
    } catch (error) {
      if (error instanceof BranchMovedError) return waitFor('a moment without pushes to the repository');
      if (!(error instanceof SourceError)) throw error;
      const failed = new Error(
        `repository '${request.repositoryName}' cannot begin as a copy of repository `
          + `'${request.template.repositoryName}': ${error.message}: remove the cause, then deploy again`,
      );
      // hosts may need a moment until they show a new repository
      if (error instanceof RepositoryExistsError) return waitFor('the host to show the repository', failed);
      throw failed;
    }
  }

  public async reconcileDelete(): Promise<Progress<void>> {
    return DONE;
  }

  public async check(_owner: Owner, request: RepositoryRequest): Promise<readonly Drift[]> {
    const branches = await this.branchesOf(request);
    if (branches && branches.length > 0) return [];
    const { repositoryName, template } = request;
    return [{
      what: `repository '${repositoryName}' ${branches ? 'has no branch any more' : 'was deleted'}`,
      remedy: `it begins again as a copy of repository '${template.repositoryName}'; its own commits are lost, unless `
        + 'you push them to it first',
      isRepairable: true,
    }];
  }

  public async requestRepair(): Promise<void> {
    // the request says all
  }

  private async step(request: RepositoryRequest): Promise<Progress<RepositoryResult>> {
    const { repositoryName, template } = request;
    const branches = await this.branchesOf(request);
    if (branches && branches.length > 0) return done({ repositoryName });
    await this.assertTemplate(template);
    const host = this.hosts(request);
    if (branches === undefined) {
      await host.createRepository(repositoryName);
      return checkAgainIn(SECONDS_AFTER_CREATION, 'the new repository');
    }
    const from = await this.hosts(template).gitRemote(template.repositoryName);
    await this.copyHistory(from, await host.gitRemote(repositoryName));
    return done({ repositoryName });
  }

  /** @throws before anything is created */
  private async assertTemplate(template: RepositoryReference): Promise<void> {
    const branches = await this.branchesOf(template);
    if (branches === undefined) throw new SourceError('the template does not exist, or may not be read');
    if (branches.length === 0) throw new SourceError('the template has no commit yet: push one to it first');
  }

  /** Undefined: there is no such repository. */
  private async branchesOf(repository: RepositoryReference): Promise<readonly string[] | undefined> {
    try {
      return await this.hosts(repository).branches(repository.repositoryName);
    } catch (error) {
      if (error instanceof RepositoryNotFoundError || error instanceof HostRepositoryMissingError) return undefined;
      throw error;
    }
  }
}
