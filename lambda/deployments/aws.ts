import { CodeCommitClient, CommitIdDoesNotExistException, GetCommitCommand } from '@aws-sdk/client-codecommit';
import { clientDefaults } from '../shared/clients';

/** What the recorder needs of the repositories of its own account. */
export interface Commits {
  /** When a commit was written; undefined: there is no such commit any more. */
  authoredAt(repositoryName: string, commitId: string): Promise<number | undefined>;
}

export class CodeCommitCommits implements Commits {
  private readonly client = new CodeCommitClient(clientDefaults());

  public async authoredAt(repositoryName: string, commitId: string): Promise<number | undefined> {
    try {
      const { commit } = await this.client.send(new GetCommitCommand({ repositoryName, commitId }));
      // seconds since 1970 and the time zone: '1484167798 -0800'
      const [seconds] = commit?.author?.date?.split(' ') ?? [];
      return seconds ? Number(seconds) * 1000 : undefined;
    } catch (error) {
      if (error instanceof CommitIdDoesNotExistException) return undefined;
      throw error;
    }
  }
}
