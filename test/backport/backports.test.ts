import { Template } from 'aws-cdk-lib/assertions';
import { Backports } from '../../src';
import { Cicd, quickApp } from '../fixtures/app';
import { templateOf } from '../fixtures/assembly';
import { actionsOf, identityStatements } from '../fixtures/policies';

function stack() {
  const app = quickApp();
  const cicd = new Cicd(app);
  new Backports(cicd.stack, 'Backports', { organization: cicd.organization });
  return { app, cicd };
}

test('backports are a state machine and a function in the CICD account', () => {
  const template = Template.fromStack(stack().cicd.stack);
  expect(() => template.hasResourceProperties('AWS::StepFunctions::StateMachine', {
    StateMachineName: 'org-environments-backport',
  })).not.toThrow();
});

test('the function may use branches and pull requests, and write only its records', () => {
  const { app } = stack();
  expect(actionsOf(templateOf(app.synth()), 'org-environments-backport')).toEqual([
    'codecommit:CreateBranch', 'codecommit:CreateCommit', 'codecommit:CreatePullRequest',
    'codecommit:CreateUnreferencedMergeCommit', 'codecommit:DeleteBranch', 'codecommit:GetBlob',
    'codecommit:GetBranch', 'codecommit:GetCommit', 'codecommit:GetDifferences', 'codecommit:GetMergeConflicts',
    'codecommit:GetMergeOptions', 'codecommit:GetPullRequest', 'codecommit:MergeBranchesByFastForward',
    'codecommit:MergeBranchesByThreeWay', 'dynamodb:GetItem', 'dynamodb:PutItem', 'logs:CreateLogStream',
    'logs:PutLogEvents',
  ]);
});

test('the function creates, changes and deletes only its work branches', () => {
  const { app } = stack();
  const statements = identityStatements(templateOf(app.synth()));
  expect(statements.find(({ Sid }) => Sid === 'WorkBranches')).toMatchObject({
    Action: [
      'codecommit:CreateBranch', 'codecommit:CreateCommit', 'codecommit:DeleteBranch',
      'codecommit:MergeBranchesByThreeWay',
    ],
    Condition: { StringLike: { 'codecommit:References': 'refs/heads/org-environments/*' } },
  });
});

test('an organization has only one of them', () => {
  const { cicd } = stack();
  expect(() => new Backports(cicd.stack, 'More', { organization: cicd.organization })).toThrow(
    'an organization can have only one Backports',
  );
});
