import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CustomResources } from '../../src/kinds/custom-resources';
import type { Kind } from '../../src/kinds/kind';
import { KINDS } from '../../src/kinds/list';
import { ORGANIZATION_ID, quickApp } from '../fixtures/app';
import { resourcesOf, synthesized } from '../fixtures/assembly';
import type { SynthesizedTemplate } from '../fixtures/assembly';
import { actionsOf } from '../fixtures/policies';

const ROOT = join(__dirname, '../..');

/** A kind that no one ships: the bundle is that of branches. */
const FIFTH: Kind = {
  name: 'branch',
  resourceType: 'Custom::OrgEnvironmentsPool',
  roleName: 'org-environments-pool-provider',
  description: 'Keeps accounts ready',
  records: { write: ['pool#'] },
  permissions: () => [
    {
      statement: new PolicyStatement({
        actions: ['sts:AssumeRole'], resources: ['arn:aws:iam::222222222222:role/pool'],
      }),
    },
  ],
};

function templateWith(kinds: readonly Kind[]): SynthesizedTemplate {
  const stack = new Stack(quickApp(), 'Cicd');
  const registry = new Table(stack, 'Registry', { partitionKey: { name: 'pk', type: AttributeType.STRING } });
  new CustomResources(stack, 'CustomResources', {
    kinds,
    registry,
    eventBus: new EventBus(stack, 'EventBus'),
    organizationId: ORGANIZATION_ID,
    access: { managementAccountId: '999999999999', environment: {}, statements: [] },
    repositoryNames: ['*'],
    repositoryCredentials: [],
  });
  return synthesized(stack);
}

test('every kind has a folder of constructs and a folder of its handler', () => {
  const folders = readdirSync(join(ROOT, 'src')).filter(
    name => name !== 'kinds' && existsSync(join(ROOT, 'src', name, 'kind.ts')),
  );
  expect(KINDS.map(({ name }) => name).sort()).toEqual(folders.sort());
  expect(folders.filter(name => !existsSync(join(ROOT, 'lambda', name, 'handler.ts')))).toEqual([]);
  expect(folders.length).toBeGreaterThan(3);
});

test('no two kinds share a resource type or a role', () => {
  for (const of of ['resourceType', 'roleName'] as const) {
    expect(
      new Set(KINDS.map(kind => kind[of])).size,
    ).toBe(KINDS.length);
  }
});

test('every function is stopped after 60 seconds, after which its run is assumed to be dead', () => {
  const functions = resourcesOf(templateWith(KINDS), 'AWS::Lambda::Function');
  expect(functions.map(({ Properties }) => Properties.Timeout)).toEqual(Array(KINDS.length + 1).fill(60));
});

test('another kind adds three resources: a function, a role and a log group', () => {
  const types = ({ Resources }: SynthesizedTemplate) => Object.values(Resources).map(({ Type }) => Type).sort();
  const [usual] = KINDS.filter(({ name }) => name !== FIFTH.name);
  const [before, after] = [templateWith([usual]), templateWith([usual, FIFTH])];
  const added = types(after);
  for (const type of types(before)) added.splice(added.indexOf(type), 1);
  expect(added).toEqual(['AWS::IAM::Role', 'AWS::Lambda::Function', 'AWS::Logs::LogGroup']);
});

test('another kind has the same service token and the same waiter, and permissions of its own', () => {
  const template = templateWith([KINDS[0], FIFTH]);
  const functions = resourcesOf(template, 'AWS::Lambda::Function');
  const entry = functions.find(({ Properties }) => Properties.FunctionName === 'org-environments-entry');
  expect(JSON.stringify(entry?.Properties.Environment)).toContain(FIFTH.resourceType);
  const [waiter] = resourcesOf(template, 'AWS::IAM::Role').filter(
    ({ Properties }) => JSON.stringify(Properties).includes('states.amazonaws.com'),
  );
  const [statement] = waiter.Properties.Policies[0].PolicyDocument.Statement;
  expect(statement).toMatchObject({ Action: 'lambda:InvokeFunction' });
  expect(statement.Resource).toHaveLength(3);
  expect(actionsOf(template, FIFTH.roleName)).toEqual([
    'cloudformation:DescribeStackResources', 'dynamodb:BatchGetItem', 'dynamodb:DeleteItem', 'dynamodb:GetItem',
    'dynamodb:PutItem',
    'logs:CreateLogStream', 'logs:PutLogEvents', 'sts:AssumeRole',
  ]);
});
