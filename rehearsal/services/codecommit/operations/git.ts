import * as v from 'valibot';
import { read } from '../../../core/protocol/read';
import type { Call, Operation } from '../../../core/service';
import type { Events } from '../../events/service';
import { emitBranchEvent } from '../branches';
import { gitAnswer, movedHeads } from '../git-http';
import type { RepositoryStore } from '../store';

const Input = v.object({ repositoryName: v.string(), isAdvertisement: v.boolean() });

/** What git does: IAM knows it as two actions, which are no operations of the API. */
export class GitOperations {
  public readonly operations: Record<string, Operation> = {
    GitPull: async call => this.run(call, 'upload-pack'),
    GitPush: async call => this.run(call, 'receive-pack'),
  };

  public constructor(
    private readonly store: RepositoryStore,
    private readonly events: Events,
  ) {}

  private async run(call: Call, program: 'upload-pack' | 'receive-pack'): Promise<Buffer> {
    const { caller: { accountId, arn }, region, request: { body } } = call;
    const { repositoryName, isAdvertisement } = read(Input, call.input);
    const repository = this.store.required(accountId, region, repositoryName);
    const before = await repository.git.branches();
    const answer = await gitAnswer(
      await this.store.git(), repository, { path: repositoryName, program, isAdvertisement, body },
    );
    for (const { branch, ...change } of movedHeads(before, await repository.git.branches())) {
      emitBranchEvent(this.events, repository, branch, { ...change, callerArn: arn });
    }
    return answer;
  }
}
