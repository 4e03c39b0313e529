import {
  AssociateApprovalRuleTemplateWithRepositoryCommand, BatchGetCommitsCommand, CodeCommitClient,
  CreateApprovalRuleTemplateCommand, CreateBranchCommand, CreateCommitCommand, CreatePullRequestCommand,
  CreateRepositoryCommand, CreateUnreferencedMergeCommitCommand, DeleteApprovalRuleTemplateCommand,
  EvaluatePullRequestApprovalRulesCommand, GetBlobCommand, GetBranchCommand, GetDifferencesCommand,
  GetPullRequestCommand, ListPullRequestsCommand, MergePullRequestByFastForwardCommand,
  MergePullRequestBySquashCommand, MergePullRequestByThreeWayCommand, UpdatePullRequestApprovalStateCommand,
  UpdatePullRequestStatusCommand,
} from '@aws-sdk/client-codecommit';
import { CICD, World } from '../world';

const repositoryName = 'shop';
const LINE_LEVEL = { conflictDetailLevel: 'LINE_LEVEL' as const };
let world: World;
let codecommit: CodeCommitClient;

beforeEach(async () => {
  world = await World.start();
  codecommit = new CodeCommitClient(world.as(CICD));
  await codecommit.send(new CreateRepositoryCommand({ repositoryName }));
  await commit('main', { 'a.txt': '1\n2\n3\n4\n5\n6\n7\n', 'run.sh': 'echo' });
  const commitId = await head('main');
  await codecommit.send(new CreateBranchCommand({ repositoryName, branchName: 'feature', commitId }));
});
afterEach(async () => world.stop());

async function head(branchName: string): Promise<string> {
  const { branch } = await codecommit.send(new GetBranchCommand({ repositoryName, branchName }));
  return branch?.commitId ?? '';
}

async function commit(branchName: string, files: Record<string, string>, deleted: string[] = []): Promise<string> {
  const parentCommitId = await head(branchName).catch(() => undefined);
  const { commitId = '' } = await codecommit.send(new CreateCommitCommand({
    repositoryName,
    branchName,
    parentCommitId,
    putFiles: Object.entries(files).map(([filePath, text]) => ({ filePath, fileContent: Buffer.from(text) })),
    deleteFiles: deleted.map(filePath => ({ filePath })),
  }));
  return commitId;
}

async function open(title = 'Tea', clientRequestToken?: string): Promise<string> {
  const { pullRequest } = await codecommit.send(new CreatePullRequestCommand({
    title, clientRequestToken, targets: [{ repositoryName, sourceReference: 'feature', destinationReference: 'main' }],
  }));
  return pullRequest?.pullRequestId ?? '';
}

async function described(pullRequestId: string) {
  return (await codecommit.send(new GetPullRequestCommand({ pullRequestId }))).pullRequest;
}

test('GetDifferences lists files with their blobs and modes, page by page', async () => {
  await commit('feature', { 'a.txt': 'new', 'b.txt': 'added' }, ['run.sh']);
  const specifiers = { repositoryName, beforeCommitSpecifier: 'main', afterCommitSpecifier: 'feature' };
  const { differences = [] } = await codecommit.send(new GetDifferencesCommand(specifiers));
  expect(differences.map(({ changeType, beforeBlob, afterBlob }) => [
    changeType, beforeBlob?.path, afterBlob?.path, afterBlob?.mode,
  ])).toEqual([
    ['M', 'a.txt', 'a.txt', '100644'], ['A', undefined, 'b.txt', '100644'], ['D', 'run.sh', undefined, undefined],
  ]);
  const first = await codecommit.send(new GetDifferencesCommand({ ...specifiers, MaxResults: 2 }));
  const second = await codecommit.send(new GetDifferencesCommand({ ...specifiers, NextToken: first.NextToken }));
  expect([first.differences?.length, second.differences?.length, second.NextToken]).toEqual([2, 1, undefined]);
  const blob = await codecommit.send(new GetBlobCommand({ repositoryName, blobId: differences[1]?.afterBlob?.blobId }));
  expect(Buffer.from(blob.content ?? []).toString()).toBe('added');
});

test('BatchGetCommits returns what exists, and names what does not', async () => {
  const missing = 'f'.repeat(40);
  const { commits = [], errors = [] } = await codecommit.send(new BatchGetCommitsCommand({
    repositoryName, commitIds: [await head('main'), missing],
  }));
  expect(commits).toHaveLength(1);
  expect(errors).toMatchObject([{ commitId: missing, errorCode: 'CommitIdDoesNotExistException' }]);
});

test('CreateUnreferencedMergeCommit merges lines and moves no branch; a conflict must be merged by hand', async () => {
  await commit('feature', { 'a.txt': '1\n2\n3\n4\n5\n6\nseven\n' });
  await commit('main', { 'a.txt': 'one\n2\n3\n4\n5\n6\n7\n' });
  const before = [await head('main'), await head('feature')];
  const specifiers = {
    repositoryName,
    sourceCommitSpecifier: 'feature',
    destinationCommitSpecifier: 'main',
    ...LINE_LEVEL,
    mergeOption: 'THREE_WAY_MERGE' as const,
  };
  const merged = await codecommit.send(new CreateUnreferencedMergeCommitCommand(specifiers));
  expect(merged.commitId).toMatch(/^[0-9a-f]{40}$/);
  expect([await head('main'), await head('feature')]).toEqual(before);
  const { differences } = await codecommit.send(new GetDifferencesCommand({
    repositoryName, beforeCommitSpecifier: 'feature', afterCommitSpecifier: merged.commitId,
  }));
  expect(differences).toHaveLength(1);
  await commit('main', { 'a.txt': '1\n2\n3\n4\n5\n6\nVII\n' });
  await expect(codecommit.send(new CreateUnreferencedMergeCommitCommand(specifiers))).rejects.toMatchObject({
    name: 'ManualMergeRequiredException',
  });
});

describe('a pull request', () => {
  test('is created once for a token, listed while it is open, and follows its branch', async () => {
    const id = await open('Tea', 'token');
    expect(await open('Tea', 'token')).toBe(id);
    const list = async () => (await codecommit.send(new ListPullRequestsCommand({
      repositoryName, pullRequestStatus: 'OPEN',
    }))).pullRequestIds;
    expect(await list()).toEqual([id]);
    const tip = await commit('feature', { 'b.txt': 'b' });
    expect((await described(id))?.pullRequestTargets?.[0]?.sourceCommit).toBe(tip);
    await codecommit.send(new UpdatePullRequestStatusCommand({ pullRequestId: id, pullRequestStatus: 'CLOSED' }));
    expect(await list()).toEqual([]);
  });

  test.each([
    ['fast-forward', MergePullRequestByFastForwardCommand, 'FAST_FORWARD_MERGE'],
    ['squash', MergePullRequestBySquashCommand, 'SQUASH_MERGE'],
    ['three-way', MergePullRequestByThreeWayCommand, 'THREE_WAY_MERGE'],
  ] as const)('is merged by %s', async (_, Merge, mergeOption) => {
    const tip = await commit('feature', { 'b.txt': 'b' });
    const pullRequestId = await open();
    await codecommit.send(new Merge({ pullRequestId, repositoryName, sourceCommitId: tip }));
    expect(await described(pullRequestId)).toMatchObject({
      pullRequestStatus: 'CLOSED',
      pullRequestTargets: [{ mergeMetadata: { isMerged: true, mergeOption, mergeCommitId: await head('main') } }],
    });
  });

  test('is not merged before enough others have approved it', async () => {
    const approvalRuleTemplateName = 'two';
    const content = {
      Version: '2018-11-08',
      DestinationReferences: ['refs/heads/m*'],
      Statements: [{ Type: 'Approvers', NumberOfApprovalsNeeded: 1 }],
    };
    await codecommit.send(new CreateApprovalRuleTemplateCommand({
      approvalRuleTemplateName, approvalRuleTemplateContent: JSON.stringify(content),
    }));
    await codecommit.send(new AssociateApprovalRuleTemplateWithRepositoryCommand({
      approvalRuleTemplateName, repositoryName,
    }));
    await commit('feature', { 'b.txt': 'b' });
    const pullRequestId = await open();
    const merge = async () => codecommit.send(new MergePullRequestByThreeWayCommand({ pullRequestId, repositoryName }));
    await expect(merge()).rejects.toMatchObject({ name: 'PullRequestApprovalRulesNotSatisfiedException' });
    const revisionId = (await described(pullRequestId))?.revisionId;
    const approval = { pullRequestId, revisionId, approvalState: 'APPROVE' as const };
    await expect(codecommit.send(new UpdatePullRequestApprovalStateCommand(approval))).rejects.toMatchObject({
      name: 'PullRequestCannotBeApprovedByAuthorException',
    });
    const { evaluation } = await codecommit.send(new EvaluatePullRequestApprovalRulesCommand({
      pullRequestId, revisionId,
    }));
    expect(evaluation).toMatchObject({ approved: false, approvalRulesNotSatisfied: ['two'] });
    await expect(codecommit.send(new DeleteApprovalRuleTemplateCommand({ approvalRuleTemplateName }))).rejects
      .toMatchObject({ name: 'ApprovalRuleTemplateInUseException' });
  });
});
