import {
  CodeCommitClient, CreateRepositoryCommand, GetApprovalRuleTemplateCommand,
  ListAssociatedApprovalRuleTemplatesForRepositoryCommand,
} from '@aws-sdk/client-codecommit';
import { Template } from 'aws-cdk-lib/assertions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { FakeRepositories } from './fake-repositories';
import { branchRecord, change, finish, make, owner, remove, request, world } from './lifecycle-world';
import { CodeCommitHost } from '../../lambda/sources/codecommit';
import { BranchProtection, Source } from '../../src';
import { Cicd, CONNECTION_ARN, quickApp } from '../fixtures/app';
import { CICD, World } from '../rehearsal/services/world';
import { Killed } from '../shared/fate';

describe('a branch with a review', () => {
  const reviewed = { ...request, review: { approvals: '2' } };

  test('is protected once, also under its next name, and no more after its removal', async () => {
    const { lifecycle, repositories, fate } = world();
    await make(lifecycle, reviewed);
    await make(lifecycle, reviewed);
    expect(fate.calls.filter(call => call === 'protect')).toHaveLength(1);
    expect([...repositories.reviews]).toEqual([['env/test1', '2']]);
    const renamed = { ...reviewed, branchName: 'env/qa', removal: 'archive' as const };
    await change(lifecycle, renamed, reviewed);
    expect([...repositories.reviews]).toEqual([['env/qa', '2']]);
    await remove(lifecycle, renamed);
    expect([...repositories.reviews]).toEqual([]);
  });

  test('that stays after its removal needs none any more, also after a crash at each call', async () => {
    for (let call = 1, killed = true; killed; call++) {
      const { lifecycle, repositories, registry, fate } = world();
      await make(lifecycle, reviewed);
      const before = fate.calls.length;
      fate.dieAt(call, 'after');
      const attempt = async () => remove(lifecycle, reviewed);
      await attempt().catch(async (error: unknown) => {
        if (error instanceof Killed && fate.revive()) return attempt();
        throw error;
      });
      killed = fate.calls.length >= before + call;
      expect([call, [...repositories.reviews]]).toEqual([call, []]);
      expect([call, await branchRecord(registry, 'env/test1')]).toEqual([call, undefined]);
      expect(repositories.names).toContain('env/test1');
    }
  });

  test('needs none any more after it was deleted by hand and is removed', async () => {
    const { lifecycle, repositories, registry } = world();
    const archived = { ...reviewed, removal: 'archive' as const };
    await make(lifecycle, archived);
    await repositories.deleteBranch('shop', 'env/test1');
    await remove(lifecycle, archived);
    expect([...repositories.reviews]).toEqual([]);
    expect(await branchRecord(registry, 'env/test1')).toBeUndefined();
  });

  test('needs none any more under its former name, which stays for an open pull request', async () => {
    const { lifecycle, repositories } = world();
    await make(lifecycle, reviewed);
    repositories.beforeDeletion = () => { throw new Error('it is not deleted'); };
    const renamed = { ...reviewed, branchName: 'env/qa' };
    await lifecycle.requestUpdate(owner, renamed, reviewed);
    await openedAfterCreation(repositories, async () => finish(lifecycle, owner, renamed));
    expect(repositories.names).toEqual(['main', 'env/test1', 'env/qa']);
    expect([...repositories.reviews]).toEqual([['env/qa', '2']]);
  });

  test('that existed before needs none any more when the environment takes another branch, and one again after a '
    + 'rollback', async () => {
    const { lifecycle, repositories, registry } = world();
    repositories.fork('env/test1', 'main');
    await make(lifecycle, reviewed);
    const other = { ...reviewed, branchName: 'env/qa' };
    await change(lifecycle, other, reviewed);
    expect(repositories.names).toEqual(['main', 'env/test1', 'env/qa']);
    expect([...repositories.reviews]).toEqual([['env/qa', '2']]);
    await change(lifecycle, reviewed, other);
    expect([...repositories.reviews]).toEqual([['env/test1', '2']]);
    expect((await branchRecord(registry, 'env/test1'))?.foreignRules).toEqual([]);
  });

  test('whose review a person has removed is reported, and repaired', async () => {
    const { lifecycle, repositories } = world();
    await make(lifecycle, reviewed);
    expect(await lifecycle.check(owner, reviewed)).toEqual([]);
    repositories.reviews.clear();
    expect(await lifecycle.check(owner, reviewed)).toEqual([{
      what: "branch 'env/test1' of repository 'shop' does not require the reviews or checks that are declared for it",
      remedy: 'they are required again',
      isRepairable: true,
    }]);
    await lifecycle.requestRepair(owner, reviewed);
    await finish(lifecycle, owner, reviewed);
    expect([...repositories.reviews]).toEqual([['env/test1', '2']]);
    expect(await lifecycle.check(owner, reviewed)).toEqual([]);
    await change(lifecycle, request, reviewed);
    expect([...repositories.reviews]).toEqual([]);
  });

  test('needs none after the declaration was removed', async () => {
    const { lifecycle, repositories } = world();
    await make(lifecycle, reviewed);
    await change(lifecycle, request, reviewed);
    expect([...repositories.reviews]).toEqual([]);
  });
});

/** A user opens a pull request to the former branch after the new one was created. */
async function openedAfterCreation(repositories: FakeRepositories, run: () => Promise<unknown>): Promise<void> {
  const create = repositories.createBranch.bind(repositories);
  repositories.createBranch = async (...branch) => {
    await create(...branch);
    repositories.pullRequests.push(
      { id: '7', title: 'Add tea', sourceBranch: 'tea', targetBranch: 'env/test1', state: 'open' },
    );
  };
  await run();
}

describe('the rules of others for a branch', () => {
  const reviewed = { ...request, review: { approvals: '2' } };

  test('are recorded before it is protected, and stay when it is no more', async () => {
    const { lifecycle, repositories, registry } = world();
    await make(lifecycle);
    repositories.reviews.set('env/test1', 'of others');
    await change(lifecycle, reviewed, request);
    expect((await branchRecord(registry, 'env/test1'))?.foreignRules).toEqual(['review']);
    await change(lifecycle, request, reviewed);
    expect([...repositories.reviews]).toEqual([['env/test1', 'of others']]);
    expect(await branchRecord(registry, 'env/test1')).not.toHaveProperty('foreignRules');
  });

  test.each(Array.from({ length: 8 }, (_, index) => index + 1))(
    'are distinguished from ours after a crash at call %i', async n => {
      const { lifecycle, repositories, fate } = world();
      await make(lifecycle);
      fate.dieAt(n, 'after');
      const again = async (run: () => Promise<unknown>) => run().catch((error: unknown) => {
        if (error instanceof Killed && fate.revive()) return run();
        throw error;
      });
      await again(async () => change(lifecycle, reviewed, request));
      expect([...repositories.reviews]).toEqual([['env/test1', '2']]);
      await change(lifecycle, request, reviewed);
      expect([...repositories.reviews]).toEqual([]);
    },
  );

  test('does not keep a protection whose declaration was rolled back after a crash', async () => {
    const { lifecycle, repositories, fate } = world();
    await make(lifecycle);
    const before = fate.calls.length;
    await change(lifecycle, reviewed, request);
    const atProtection = fate.calls.indexOf('protect', before) - before + 1;
    await change(lifecycle, request, reviewed);
    fate.dieAt(atProtection, 'after');
    await expect(change(lifecycle, reviewed, request)).rejects.toBeInstanceOf(Killed);
    fate.revive();
    expect([...repositories.reviews]).toEqual([['env/test1', '2']]);
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
    await host.protect(repositoryName, 'env/a', { review: { approvals: '1' } });
    await host.protect(repositoryName, 'env/b', { review: { approvals: '1' } });
    await host.protect(repositoryName, 'env/b', { review: { approvals: '1' } });
    expect(await rules()).toEqual([[['refs/heads/env/a', 'refs/heads/env/b'], 1, undefined]]);
    await host.protect(repositoryName, 'env/b', { review: { approvals: '2', approvers } });
    expect(await rules()).toEqual([[['refs/heads/env/a'], 1, undefined], [['refs/heads/env/b'], 2, approvers]]);
    await host.protect(repositoryName, 'env/a', {});
    await host.protect(repositoryName, 'env/b', {});
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

  test('a protection denies to set aside reviews, and to change their templates', () => {
    const cicd = new Cicd(quickApp());
    const [{ branch }, { branch: other }] = [cicd.environment('prod'), cicd.environment('test')];
    new BranchProtection(cicd.stack, 'Protection', { branches: [branch, other] });
    const [policy] = Object.values(Template.fromStack(cicd.stack).findResources('AWS::IAM::ManagedPolicy'));
    const [direct, reviews, templates] = policy?.Properties.PolicyDocument.Statement ?? [];
    expect(reviews).toMatchObject({ Effect: 'Deny', Resource: direct.Resource });
    expect(reviews.Action).toContain('codecommit:OverridePullRequestApprovalRules');
    expect(reviews).not.toHaveProperty('Condition');
    expect(templates).toMatchObject({ Effect: 'Deny', Resource: '*' });
    expect(templates.Action).toContain('codecommit:UpdateApprovalRuleTemplateContent');
  });

  test.each<[string, HostedName, object, string]>([
    ['approvers of AWS', 'gitHub', { requireReview: { approvers: ['arn:aws:iam::111111111111:role/R'] } },
      "[Cicd/dev/Branch] 'approvers' are ARNs of AWS, which only CodeCommit knows: omit it, and name the reviewers in "
        + 'a file CODEOWNERS or in the settings of the repository'],
    ['no checks', 'gitHub', { requirePassingPipeline: [] },
      "[Cicd/dev/Branch] 'requirePassingPipeline' must have 1 to 20 names of checks, got 0"],
    ['an empty check', 'gitHub', { requirePassingPipeline: [' '] },
      "[Cicd/dev/Branch] each name in 'requirePassingPipeline' must have 1 to 200 characters, got ' '"],
    ['checks', 'gitLab', { requirePassingPipeline: ['build'] },
      "[Cicd/dev/Branch] 'requirePassingPipeline' is not possible for one branch here: GitLab has it for all branches "
        + "of a project: choose 'Pipelines must succeed' in the settings of merge requests"],
    ['checks', 'codeCommit', { requirePassingPipeline: ['build'] },
      "[Cicd/dev/Branch] 'requirePassingPipeline' is not possible for one branch here: CodeCommit has only approvals: "
        + "use 'requireReview' with the role of a build in 'approvers', and let the build approve the pull request "
        + 'when it has passed (aws codecommit update-pull-request-approval-state)'],
  ])('%s in %s are rejected where they are not possible', (_, host, rules, message) => {
    const { cicd, source } = hosted(host);
    const branch = { source, branchName: 'env/dev', ...rules };
    expect(() => cicd.environment('dev', { branch })).toThrow(message);
  });

  test('a review and checks of GitHub are passed to the handler', () => {
    const { cicd, source } = hosted('gitHub');
    cicd.environment('dev', {
      branch: { source, branchName: 'env/dev', requireReview: { approvals: 2 }, requirePassingPipeline: ['build'] },
    });
    const template = Template.fromStack(cicd.stack);
    const [{ Properties }] = Object.values(template.findResources('Custom::OrgEnvironmentsBranch'));
    expect(Properties).toMatchObject({ review: { approvals: '2' }, checks: ['build'] });
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

type HostedName = 'codeCommit' | 'gitHub' | 'gitLab';

function hosted(name: HostedName) {
  const cicd = new Cicd(quickApp(), { imported: true });
  if (name === 'codeCommit') return { cicd, source: cicd.source };
  if (name === 'gitHub') return { cicd, source: cicd.gitHub() };
  const credentials = Secret.fromSecretNameV2(cicd.stack, 'Secret', 'shop-credentials');
  const connectionArn = CONNECTION_ARN;
  return { cicd, source: Source.gitLab({ group: 'acme', project: 'shop', connectionArn, credentials }) };
}
