import {
  BranchDoesNotExistException, CodeCommitClient, CreateBranchCommand, CreateCommitCommand, FileDoesNotExistException,
  GetBranchCommand, GetFileCommand, ListBranchesCommand,
} from '@aws-sdk/client-codecommit';
import { clientDefaults } from '../shared/clients';

/** What the branch provider needs of CodeCommit, in the handler's own account and region. */
export interface Repositories {
  /** The commit at the head of a branch; undefined: the repository has no such branch. */
  head(repositoryName: string, branchName: string): Promise<string | undefined>;
  /** Names of branches, but not necessarily all of them. */
  branches(repositoryName: string): Promise<readonly string[]>;
  /** The text of a file in a commit; undefined: the commit has no such file. */
  file(repositoryName: string, commitId: string, path: string): Promise<string | undefined>;
  createBranch(repositoryName: string, branchName: string, commitId: string): Promise<void>;
  /** Puts a file on top of a branch if its head is still the parent; answers the new commit. */
  commitFile(change: FileChange): Promise<string>;
}

export interface FileChange {
  readonly repositoryName: string;
  readonly branchName: string;
  readonly parentCommitId: string;
  readonly path: string;
  readonly text: string;
  readonly message: string;
}

const AUTHOR = { authorName: 'org-environments', email: 'org-environments@noreply.invalid' };

export class CodeCommitRepositories implements Repositories {
  public constructor(private readonly client = new CodeCommitClient(clientDefaults())) {}

  public async head(repositoryName: string, branchName: string): Promise<string | undefined> {
    try {
      const { branch } = await this.client.send(new GetBranchCommand({ repositoryName, branchName }));
      return branch?.commitId;
    } catch (error) {
      if (error instanceof BranchDoesNotExistException) return undefined;
      throw error;
    }
  }

  public async branches(repositoryName: string): Promise<readonly string[]> {
    const { branches } = await this.client.send(new ListBranchesCommand({ repositoryName }));
    return branches ?? [];
  }

  public async file(repositoryName: string, commitSpecifier: string, filePath: string): Promise<string | undefined> {
    try {
      const { fileContent } = await this.client.send(new GetFileCommand({ repositoryName, commitSpecifier, filePath }));
      return Buffer.from(fileContent ?? []).toString('utf8');
    } catch (error) {
      if (error instanceof FileDoesNotExistException) return undefined;
      throw error;
    }
  }

  public async createBranch(repositoryName: string, branchName: string, commitId: string): Promise<void> {
    await this.client.send(new CreateBranchCommand({ repositoryName, branchName, commitId }));
  }

  public async commitFile({ repositoryName, branchName, parentCommitId, path, text, message }: FileChange): Promise<string> {
    const { commitId } = await this.client.send(new CreateCommitCommand({
      repositoryName,
      branchName,
      parentCommitId,
      commitMessage: message,
      ...AUTHOR,
      putFiles: [{ filePath: path, fileContent: Buffer.from(text) }],
    }));
    return commitId ?? parentCommitId;
  }
}
