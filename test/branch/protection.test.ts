import {
  CodeCommitClient, CreateRepositoryCommand, GetApprovalRuleTemplateCommand,
  ListAssociatedApprovalRuleTemplatesForRepositoryCommand,
} from '@aws-sdk/client-codecommit';
import { Template } from 'aws-cdk-lib/assertions';
import { change, make, remove, request, world } from './lifecycle-world';
import { CodeCommitHost } from '../../lambda/sources/codecommit';
import { BranchProtection } from '../../src';
import { Cicd, quickApp } from '../fixtures/app';
import { CICD, World } from '../rehearsal/services/world';

describe('a branch with a review', () => {
  const reviewed = { ...request, review: { approvals: '2' } };

  test('is protected once, also under its next name, and no more after its removal', async () => {
    const { lifecycle, repositories, fate } = world();
    await make(lifecycle, reviewed);
    await make(lifecycle, reviewed);
    expect(fate.calls.filter(call => call === 'requireReview')).toHaveLength(1);
    expect([...repositories.reviews]).toEqual([['env/test1', '2']]);
    const renamed = { ...reviewed, branchName: 'env/qa', removal: 'archive' as const };
    await change(lifecycle, renamed, reviewed);
    expect([...repositories.reviews]).toEqual([['env/qa', '2']]);
    await remove(lifecycle, renamed);
    expect([...repositories.reviews]).toEqual([]);
  });

  test('needs none after the declaration was removed', async () => {
    const { lifecycle, repositories } = world();
    await make(lifecycle, reviewed);
    await change(lifecycle, request, reviewed);
    expect([...repositories.reviews]).toEqual([]);
  });
});

describe('the approval rule templates of CodeCommit', () => {
  const repositoryName = 'shop';
  let aws: World;
  let client: CodeCommitClient;
  beforeEach(async () => {
    aws = await World.start();
    client = new CodeCommitClient(aws.as(CICD));
    await client.send(new CreateRepositoryCommand({ repositoryName }));
  });
  afterEach(async () => aws.stop());

  async function rules(): Promise<unknown[]> {
    const { approvalRuleTemplateNames = [] } = await client.send(
      new ListAssociatedApprovalRuleTemplatesForRepositoryCommand({ repositoryName }),
    );
    return Promise.all(approvalRuleTemplateNames.map(async approvalRuleTemplateName => {
      const command = new GetApprovalRuleTemplateCommand({ approvalRuleTemplateName });
      const { approvalRuleTemplate } = await client.send(command);
      const { DestinationReferences, Statements: [statement] } = JSON.parse(
        approvalRuleTemplate?.approvalRuleTemplateContent ?? '',
      );
      return [DestinationReferences, statement.NumberOfApprovalsNeeded, statement.ApprovalPoolMembers];
    }));
  }

  test('are one for all branches with the same review, and deleted with the last of them', async () => {
    const host = new CodeCommitHost(client);
    const approvers = ['arn:aws:sts::111111111111:assumed-role/Reviewers/*'];
    await host.requireReview(repositoryName, 'env/a', { approvals: '1' });
    await host.requireReview(repositoryName, 'env/b', { approvals: '1' });
    await host.requireReview(repositoryName, 'env/b', { approvals: '1' });
    expect(await rules()).toEqual([[['refs/heads/env/a', 'refs/heads/env/b'], 1, undefined]]);
    await host.requireReview(repositoryName, 'env/b', { approvals: '2', approvers });
    expect(await rules()).toEqual([[['refs/heads/env/a'], 1, undefined], [['refs/heads/env/b'], 2, approvers]]);
    await host.requireReview(repositoryName, 'env/a', undefined);
    await host.requireReview(repositoryName, 'env/b', undefined);
    expect(await rules()).toEqual([]);
  });
});

describe('at synth', () => {
  test('a protection denies changes without a pull request, but not the first request of git push', () => {
    const cicd = new Cicd(quickApp());
    const { branch } = cicd.environment('prod');
    new BranchProtection(cicd.stack, 'Protection', { branches: [branch] });
    const [policy] = Object.values(Template.fromStack(cicd.stack).findResources('AWS::IAM::ManagedPolicy'));
    const [statement] = policy?.Properties.PolicyDocument.Statement ?? [];
    expect(statement).toMatchObject({
      Effect: 'Deny',
      Condition: {
        StringEqualsIfExists: {
          'codecommit:References': [
            { 'Fn::Join': ['', ['refs/heads/', { 'Fn::GetAtt': [expect.any(String), 'branchName'] }]] },
          ],
        },
        Null: { 'codecommit:References': 'false' },
      },
    });
    expect(statement.Action).toContain('codecommit:GitPush');
    expect(JSON.stringify(statement.Action)).not.toContain('MergePullRequest');
    expect(() => new BranchProtection(cicd.stack, 'None', { branches: [] })).toThrow(
      "[Cicd/None] 'branches' is empty: name at least one branch",
    );
  });

  test.each([
    [{ approvals: 0 }, "'approvals' must be a whole number from 1 to 10, got 0"],
    [{ approvers: [] }, "'approvers' must be 1 to 50 ARNs, got 0; omit it to count all approvals"],
  ])('the review %j is rejected', (requireReview, message) => {
    const cicd = new Cicd(quickApp());
    const branch = { source: cicd.source, branchName: 'env/dev', requireReview };
    expect(() => cicd.environment('dev', { branch })).toThrow(message);
  });
});
