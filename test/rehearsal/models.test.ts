import { declaredErrors, isDeclared, isModelled, unknownMembers } from './models';
import { Server } from '../../rehearsal/core/server';
import { AwsError, type Call, type Operation, type Service } from '../../rehearsal/core/service';
import { CONFLICTS, throttleOf } from '../../rehearsal/faults/errors';
import { AccountRemoval, OrganizationalUnit, OrganizationFeature } from '../../src';
import type { Cicd } from '../fixtures/app';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';
import { Harness } from '../vending/harness';

const services: Service[] = [];
const problems = new Set<string>();
const observed = new Set<string>();

/** Observes all answers and errors of the services. */
function observe(service: Service): void {
  services.push(service);
  if (!isModelled(service.name)) return;
  for (const [name, operation] of Object.entries(service.operations)) {
    Reflect.set(service.operations, name, checked(service.name, name, operation));
  }
}

function checked(service: string, name: string, operation: Operation): Operation {
  return async (call: Call) => {
    observed.add(`${service}:${name}`);
    try {
      const answer = await operation(call);
      unknownMembers(service, name, answer).forEach(member => problems.add(`${service}: ${member}`));
      return answer;
    } catch (error) {
      const { code } = error instanceof AwsError ? error : { code: String(error) };
      if (!isDeclared(service, name, code)) problems.add(`${service}:${name} raises ${code}`);
      throw error;
    }
  };
}

/** S3 Control answers at the endpoint of S3; its client is no dependency. */
const OF_S3_CONTROL = ['GetAccountPublicAccessBlock', 'PutAccountPublicAccessBlock'];
/** Actions of the protocol of git; the API of CodeCommit has no such operations. */
const OF_GIT = ['GitPull', 'GitPush'];

describe('the simulated AWS and the models of the SDK', () => {
  let harness: Harness;
  beforeAll(async () => {
    const { register } = Server.prototype;
    const spy = jest.spyOn(Server.prototype, 'register').mockImplementation(function (this: Server, service) {
      observe(service);
      register.call(this, service);
    });
    harness = await Harness.start({ virtual: {} });
    spy.mockRestore();
  });
  afterAll(async () => harness.stop());

  test('all operations are operations of AWS', () => {
    const unknown = services.filter(({ name }) => isModelled(name)).flatMap(({ name, operations }) => (
      Object.keys(operations).filter(operation => ![...OF_S3_CONTROL, ...OF_GIT].includes(operation))
        .flatMap(operation => unknownMembers(name, operation, undefined))
    ));
    expect(services.length).toBeGreaterThan(15);
    expect(unknown).toEqual([]);
  });

  test('answers and errors are those that AWS declares, while environments are made, changed and removed', async () => {
    const one = (cicd: Cicd): unknown => cicd.environment('dev');
    const two = (cicd: Cicd): unknown => [
      cicd.environment('dev', { account: cicd.account('dev', { organizationalUnit: 'Workloads/Test' }) }),
      cicd.environment('test'),
      new OrganizationalUnit(cicd.stack, 'Unit', { organization: cicd.organization, unitName: 'Shops' }),
      cicd.account('other', {
        accountAlias: 'shop-other',
        alternateContacts: {
          billing: { contactName: 'Finance', title: 'Team', email: 'finance@example.com', phoneNumber: '+49 30 1' },
        },
        optInRegions: ['eu-south-2'],
        onRemoval: AccountRemoval.CLOSE,
      }),
    ];
    expect(await harness.deploy(one)).toMatchObject({ succeeded: true });
    const features = Object.values(OrganizationFeature);
    expect(await harness.deploy(two, { features })).toMatchObject({ succeeded: true });
    expect(await harness.deploy(one, { features })).toMatchObject({ succeeded: true });
    expect([...observed]).toEqual(expect.arrayContaining([
      'account:PutAlternateContact', 'account:EnableRegion', 'iam:CreateAccountAlias', 'organizations:CloseAccount',
      'organizations:CreateOrganizationalUnit', 'organizations:DeleteOrganizationalUnit',
    ]));
    expect(await harness.destroy(one)).toMatchObject({ succeeded: true });
    expect([...problems]).toEqual([]);
    expect(observed.size).toBeGreaterThan(25);
  });

  test('stack resources have the members of AWS', async () => {
    const { iam, server, cloudformation } = harness.simulation;
    const [stack] = cloudformation.all.filter(({ deleted, accountId }) => !deleted && accountId === CICD_ACCOUNT);
    const { accessKeyId } = iam.issue({ accountId: CICD_ACCOUNT, arn: `arn:aws:iam::${CICD_ACCOUNT}:root` });
    for (const operation of ['DescribeStackResources', 'ListStackResources', 'DescribeStackEvents', 'DescribeStacks']) {
      const input = { StackName: stack.name };
      await server.call({ service: 'cloudformation', operation, region: REGION, accessKeyId, input });
    }
    expect([...problems]).toEqual([]);
  });

  test('injected errors are declared for their operations', () => {
    const undeclared = Object.entries(CONFLICTS).filter(([operation, code]) => {
      const [service, name] = operation.split(':');
      return !declaredErrors(service, name).has(code);
    });
    expect(Object.keys(CONFLICTS)).not.toEqual([]);
    expect(undeclared).toEqual([]);
    const throttles = services.filter(({ name }) => isModelled(name)).flatMap(({ name, operations }) => (
      Object.keys(operations).filter(operation => !isDeclared(name, operation, throttleOf(name, operation)))
        .map(operation => `${name}:${operation} raises ${throttleOf(name, operation)}`)
    ));
    expect(throttles).toEqual([]);
  });
});
