import { CodeCommitClient, GetCommitCommand } from '@aws-sdk/client-codecommit';
import { clientDefaults } from '../shared/clients';
import { isRefused } from '../shared/errors';

/** What is asked of the repositories of the CICD account. */
export interface Commits {
  /** Who has written a commit; undefined: nobody knows any more. */
  author(repositoryName: string, commitId: string): Promise<string | undefined>;
}

export class CodeCommitCommits implements Commits {
  private readonly client = new CodeCommitClient(clientDefaults());

  public async author(repositoryName: string, commitId: string): Promise<string | undefined> {
    try {
      return (await this.client.send(new GetCommitCommand({ repositoryName, commitId }))).commit?.author?.name;
    } catch (error) {
      // the commit or the whole repository was deleted: nothing else of a pipeline's state depends on it
      if (isRefused(error)) return undefined;
      throw error;
    }
  }
}
