import { CodeCommitClient, CommitIdDoesNotExistException, GetCommitCommand } from '@aws-sdk/client-codecommit';
import { clientDefaults } from './clients';

/** Who has written a commit, and when. */
export interface Author {
  readonly name?: string;
  readonly at?: number;
}

/** What is asked of the repositories of the CICD account. */
export interface Commits {
  /** Undefined: there is no such commit any more. */
  authorOf(repositoryArn: string, commitId: string): Promise<Author | undefined>;
}

export class CodeCommitCommits implements Commits {
  private readonly client = new CodeCommitClient(clientDefaults());

  public async authorOf(repositoryArn: string, commitId: string): Promise<Author | undefined> {
    try {
      const { commit } = await this.client.send(new GetCommitCommand({ repositoryName: repositoryArn.split(':').at(-1), commitId }));
      // seconds since 1970 and the time zone: '1484167798 -0800'
      const [seconds] = commit?.author?.date?.split(' ') ?? [];
      return { name: commit?.author?.name, at: seconds ? Number(seconds) * 1000 : undefined };
    } catch (error) {
      if (error instanceof CommitIdDoesNotExistException) return undefined;
      throw error;
    }
  }
}
