import * as v from 'valibot';
import { read } from '../../../core/protocol/read';
import { AwsError } from '../../../core/service';
import type { Call, Operation } from '../../../core/service';
import type { Events } from '../../events/service';
import { assertBranchName, changeBranch, requiredHead } from '../branches';
import type { Repository } from '../repository';
import { cloneUrls } from '../resource-types';
import type { RepositoryStore } from '../store';

const RepositoryInput = v.object({ repositoryName: v.string() });
const CreateRepositoryInput = v.object({ repositoryName: v.string(), repositoryDescription: v.optional(v.string()) });
const BranchInput = v.object({ repositoryName: v.string(), branchName: v.string() });
const CreateBranchInput = v.object({ repositoryName: v.string(), branchName: v.string(), commitId: v.string() });

/** API operations for repositories and branches. */
export class RepositoryOperations {
  public readonly operations: Record<string, Operation> = {
    CreateRepository: async call => this.createRepository(call),
    DeleteRepository: async call => this.deleteRepository(call),
    GetRepository: async call => ({ repositoryMetadata: await metadata(this.repositoryOf(call)) }),
    ListRepositories: async call => ({
      repositories: this.store
        .list(call.caller.accountId, call.region)
        .map(({ name, repositoryId }) => ({ repositoryName: name, repositoryId })),
    }),
    GetBranch: async call => {
      const { branchName } = read(BranchInput, call.input);
      return { branch: { branchName, commitId: await requiredHead(this.repositoryOf(call), branchName) } };
    },
    ListBranches: async call => ({
      branches: (await this.repositoryOf(call).git.branches()).map(branch => branch.name),
    }),
    CreateBranch: async call => {
      await this.createBranch(call);
    },
    DeleteBranch: async call => this.deleteBranch(call),
  };

  public constructor(
    private readonly store: RepositoryStore,
    private readonly events: Events,
  ) {}

  private repositoryOf(call: Call): Repository {
    return this.store.required(call.caller.accountId, call.region, read(RepositoryInput, call.input).repositoryName);
  }

  private async createRepository(call: Call): Promise<unknown> {
    const { repositoryName, repositoryDescription } = read(CreateRepositoryInput, call.input);
    const repository = await this.store.create(
      call.caller.accountId,
      call.region,
      repositoryName,
      repositoryDescription,
    );
    return { repositoryMetadata: await metadata(repository) };
  }

  private async deleteRepository(call: Call): Promise<unknown> {
    const repository = this.store.find(
      call.caller.accountId,
      call.region,
      read(RepositoryInput, call.input).repositoryName,
    );
    if (repository === undefined) return {};
    await this.store.remove(repository);
    return { repositoryId: repository.repositoryId };
  }

  private async createBranch(call: Call): Promise<void> {
    const { branchName, commitId } = read(CreateBranchInput, call.input);
    const repository = this.repositoryOf(call);
    await assertBranchName(repository, branchName);
    if ((await repository.git.resolve(commitId)) !== commitId) {
      throw new AwsError(
        'CommitDoesNotExistException',
        `The commit ${commitId} does not exist in repository ${repository.name}`,
      );
    }
    if (!(await changeBranch(this.events, repository, branchName, { to: commitId, callerArn: call.caller.arn }))) {
      throw new AwsError(
        'BranchNameExistsException',
        `The branch ${branchName} already exists in repository ${repository.name}`,
      );
    }
  }

  private async deleteBranch(call: Call): Promise<unknown> {
    const { branchName } = read(BranchInput, call.input);
    const repository = this.repositoryOf(call);
    if ((await repository.git.defaultBranch()) === branchName) {
      throw new AwsError(
        'DefaultBranchCannotBeDeletedException',
        `The branch ${branchName} is the default branch of repository ${repository.name}`,
      );
    }
    const commitId = await repository.git.head(branchName);
    if (commitId === undefined) return {};
    await changeBranch(this.events, repository, branchName, { from: commitId, callerArn: call.caller.arn });
    return { deletedBranch: { branchName, commitId } };
  }
}

async function metadata(repository: Repository): Promise<Record<string, unknown>> {
  return {
    accountId: repository.accountId,
    repositoryId: repository.repositoryId,
    repositoryName: repository.name,
    repositoryDescription: repository.description,
    Arn: repository.arn,
    defaultBranch: await repository.git.defaultBranch(),
    creationDate: new Date(repository.createdAt),
    lastModifiedDate: new Date(repository.createdAt),
    ...cloneUrls(repository),
  };
}
