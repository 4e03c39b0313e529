import { Match, Template } from 'aws-cdk-lib/assertions';
import { BASELINE } from '../../lambda/account/baseline';
import { IS_CLEANED } from '../../lambda/account/clean-role';
import { LeaseHold } from '../../lambda/clean/aws/lease-hold';
import { leaseKey } from '../../lambda/registry/lease';
import { CleanMachine } from '../../src/clean/clean-machine';
import { Cicd, ORGANIZATION_ID, quickApp } from '../fixtures/app';
import { FakeRegistry } from '../registry/fake-registry';

describe('the state machine', () => {
  const template = (cleanerFunctionArns?: string[]) => {
    const cicd = new Cicd(quickApp());
    new CleanMachine(cicd.stack, 'Clean', { organization: cicd.organization, cleanerFunctionArns });
    return Template.fromStack(cicd.stack);
  };

  test('invokes its function until it returns a result', () => {
    const [machine] = Object.values(template().findResources('AWS::StepFunctions::StateMachine', {
      Properties: { StateMachineName: 'org-environments-clean' },
    }));
    const definition = JSON.stringify(machine?.Properties.DefinitionString);
    expect(definition).toContain('SecondsPath');
    expect(definition).toContain('$$.Execution.Input');
  });

  test('may assume only the role for cleaning, in accounts of the organization, and write its records', () => {
    const [role] = Object.values(template().findResources('AWS::IAM::Role', {
      Properties: { RoleName: 'org-environments-cleaner' },
    }));
    const statements: { Sid: string }[] = role?.Properties.Policies[0].PolicyDocument.Statement;
    expect(statements.map(({ Sid }) => Sid)).toEqual(['Logs', 'ReadRecords', 'WriteRecords', 'AssumeMemberRoles']);
    expect(statements.at(-1)).toMatchObject({
      Action: 'sts:AssumeRole',
      Resource: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::*:role/org-environments-clean-*']] },
      Condition: { StringEquals: { 'aws:ResourceOrgID': ORGANIZATION_ID } },
    });
    expect(JSON.stringify(statements[2])).toContain('"clean#*","clean-document#*","lease#*"');
  });

  test('may invoke the cleaners of the user, and no other function', () => {
    const arn = 'arn:aws:lambda:eu-west-1:222222222222:function:my-cleaner';
    expect(() => template([arn]).hasResourceProperties('AWS::IAM::Role', {
      RoleName: 'org-environments-cleaner',
      Policies: [{
        PolicyDocument: {
          Statement: Match.arrayWith([{
            Sid: 'Cleaners', Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: arn,
          }]),
        },
      }],
    })).not.toThrow();
  });
});

describe('the role in the member account', () => {
  const { Clean } = BASELINE.Resources;
  const text = JSON.stringify(Clean);

  test('exists only in accounts that are cleaned', () => {
    expect(Clean.Condition).toBe(IS_CLEANED);
    expect(BASELINE.Parameters.Cleaning.Default).toBe('false');
  });

  test('trusts only the function that cleans', () => {
    expect(text).toContain(
      '"Condition":{"ArnEquals":{"aws:PrincipalArn":{"Fn::Sub":'
        + '"arn:${AWS::Partition}:iam::${CicdAccount}:role/org-environments-cleaner"}}}',
    );
  });

  test.each([
    'iam:Create*', 'sts:AssumeRole', 'ec2:RunInstances', 's3:GetObject', 'kms:Decrypt',
    'role/${AccessRoleName}', 'role/cdk-*-role-${AWS::AccountId}-*', 'stack/CDKToolkit/*', 'parameter/cdk-bootstrap/*',
  ])('denies what concerns %s', denied => {
    expect(text.slice(text.indexOf('"Effect":"Deny"'))).toContain(denied);
  });
});

describe('the lease of the account', () => {
  const holder = { accountId: '333333333333', cleanId: 'c', fence: 7 };
  const holdOf = async (lease: object) => {
    const registry = new FakeRegistry();
    await registry.write(leaseKey(holder.accountId), lease, undefined);
    return { registry, hold: new LeaseHold(registry, () => 1000) };
  };
  const pool = { poolName: 'p', index: 1, since: 1 };

  test.each([
    [{ fence: 7, pool: { ...pool, state: 'cleaning' } }, true],
    [{ fence: 7, pool: { ...pool, state: 'waiting-proof' } }, true],
    [{ fence: 7, pool: { ...pool, state: 'available' } }, false],
    [{ fence: 8, pool: { ...pool, state: 'leased' } }, false],
    [{ fence: 8, pool: { ...pool, state: 'cleaning' } }, false],
    [{ fence: 7 }, false],
  ])('%j holds the account: %s', async (lease, isHeld) => {
    const { hold } = await holdOf(lease);
    expect(await hold.isHeld(holder)).toBe(isHeld);
  });

  test('is available with the proof, or in quarantine with what remains', async () => {
    const lease = { fence: 7, pool: { ...pool, state: 'cleaning' } };
    const clean = await holdOf(lease);
    await clean.hold.markAvailable(holder, { emptyPasses: 2, regions: ['us-east-1'], provedAt: '2026-11-01' });
    expect(await clean.registry.read(leaseKey(holder.accountId))).toMatchObject({
      fence: 7,
      pool: {
        poolName: 'p',
        state: 'available',
        since: 1000,
        reason: '2 lists found nothing, and an inspection of 1 regions at 2026-11-01',
      },
    });
    const dirty = await holdOf(lease);
    await dirty.hold.markQuarantined(holder, [{
      type: 'AWS::S3::Bucket',
      region: 'eu-west-1',
      id: 'b',
      verdict: 'waits',
      until: '2027-01-01',
      reason: 'Object Lock',
    }]);
    expect(await dirty.registry.read(leaseKey(holder.accountId))).toMatchObject({
      pool: {
        state: 'quarantine',
        leftovers: ["AWS::S3::Bucket 'b' in eu-west-1: waits until 2027-01-01: Object Lock"],
      },
    });
  });

  test('is not changed by a clean after the lease of another one', async () => {
    const { hold, registry } = await holdOf({ fence: 8, pool: { ...pool, state: 'leased' } });
    await hold.markAvailable(holder, { emptyPasses: 2, regions: [], provedAt: '' });
    expect(await registry.read(leaseKey(holder.accountId))).toMatchObject({ fence: 8, pool: { state: 'leased' } });
  });
});
