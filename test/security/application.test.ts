import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { AccountRootPrincipal, ManagedPolicy, PermissionsBoundary, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { APPLICATION_ATTEMPTS } from './application-attempts';
import type { Attempt, Target } from './attempt';
import { AccountStack } from '../../src';
import type { Cicd } from '../fixtures/app';
import { REGION } from '../fixtures/app';
import { Harness, reasons } from '../vending/harness';

/** An application stack with a role that has all permissions, in an account with an environment. */
function application(cicd: Cicd, options: { readonly requireBoundary?: boolean; readonly isBounded: boolean }): void {
  const { requireBoundary, isBounded } = options;
  const { account, pipeline } = cicd.environment('prod', { account: cicd.account('prod', { requireBoundary }) });
  const stack = new AccountStack(cicd.stack, 'Application', {
    organization: cicd.organization, account, stackName: 'application',
  });
  stack.node.addDependency(pipeline);
  if (isBounded) {
    const boundary = ManagedPolicy.fromManagedPolicyName(
      stack, 'Boundary', `org-environments-boundary-${Stack.of(stack).region}`,
    );
    PermissionsBoundary.of(stack).apply(boundary);
  }
  const role = new Role(stack, 'Evil', { roleName: 'application', assumedBy: new AccountRootPrincipal() });
  role.addToPolicy(new PolicyStatement({ actions: ['*'], resources: ['*'] }));
}

const bounded = (cicd: Cicd): void => application(cicd, { requireBoundary: true, isBounded: true });
const unbounded = (cicd: Cicd): void => application(cicd, { requireBoundary: true, isBounded: false });
const unboundedByDefault = (cicd: Cicd): void => application(cicd, { isBounded: false });

async function deployed(define: (cicd: Cicd) => void): Promise<Harness> {
  const harness = await Harness.start();
  expect(reasons(await harness.deploy(define))).toBe('');
  return harness;
}

/** Returns the permissions of an attempt that the role of the application has. */
function allowedOf(harness: Harness, { needs }: Attempt): string[] {
  const { iam, access } = harness.simulation;
  const accountId = harness.vended['shop-prod'];
  const caller = iam.sessionOf(`arn:aws:iam::${accountId}:role/application`, 'attempt');
  return needs({ accountId } as Target).filter(permission => {
    try {
      access.assertAllowed({ ...permission, caller, region: REGION });
      return true;
    } catch {
      return false;
    }
  }).map(({ action, resource }) => `${action} ${resource}`);
}

describe('a role of an application with all permissions, in an account that requires the boundary', () => {
  let harness: Harness;
  beforeAll(async () => { harness = await deployed(bounded); });
  afterAll(() => harness.stop());

  test.each(APPLICATION_ATTEMPTS)('fails to: $what', attempt => {
    expect(allowedOf(harness, attempt)).toEqual([]);
  });

  test('can do what applications need, also create roles with the boundary', () => {
    const accountId = harness.vended['shop-prod'];
    const context = {
      'iam:PermissionsBoundary': `arn:aws:iam::${accountId}:policy/org-environments-boundary-${REGION}`,
    };
    const resource = `arn:aws:iam::${accountId}:role/other`;
    const needed = ['iam:CreateRole', 'iam:PutRolePolicy', 'iam:PassRole', 'iam:DeleteRole', 'sqs:CreateQueue']
      .map(action => ({ action, resource, context }));
    expect(allowedOf(harness, { what: '', why: '', needs: () => needed })).toHaveLength(needed.length);
  });

  test('keeps its boundary: the deployment that removes it fails', async () => {
    expect(reasons(await harness.deploy(unbounded))).toMatch(
      /iam:DeleteRolePermissionsBoundary on resource: arn:aws:iam::\d+:role\/application with an explicit deny/,
    );
  });
});

test('a role without the boundary cannot be created in an account that requires it', async () => {
  const harness = await Harness.start();
  expect(reasons(await harness.deploy(unbounded))).toMatch(
    /iam:CreateRole on resource: arn:aws:iam::\d+:role\/application with an explicit deny/,
  );
  await harness.stop();
});

test('a role of an application with all permissions reaches the pipeline, if the account does not require the boundary',
  async () => {
    const harness = await deployed(unboundedByDefault);
    const reached = APPLICATION_ATTEMPTS.filter(attempt => allowedOf(harness, attempt).length > 0);
    expect(reached.map(({ what }) => what)).toContain('Approve, start, stop, roll back, change or untag the pipeline');
    await harness.stop();
  });

test('the table in docs/security.md lists exactly these attempts of an application', () => {
  const text = readFileSync(join(__dirname, '../../docs/security.md'), 'utf8');
  const [, table] = text.split('| attempt of an application | why it fails |\n|---|---|\n');
  expect(table?.split('\n\n')[0].trimEnd().split('\n'))
    .toEqual(APPLICATION_ATTEMPTS.map(({ what, why }) => `| ${what} | ${why} |`));
});
