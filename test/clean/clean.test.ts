import { FakeAccount } from './fake-account';
import { CleanWorld, PROTECT, requestOf } from './world';
import { STACK } from '../../lambda/clean/spare/rules';

const REGION = 'eu-west-1';
const TYPES = [
  'AWS::DynamoDB::Table', 'AWS::SQS::Queue', 'AWS::EC2::VPC', 'AWS::EC2::Subnet', 'AWS::EC2::Instance',
  'AWS::AutoScaling::AutoScalingGroup', 'AWS::RDS::DBInstance', 'AWS::Logs::LogGroup', 'AWS::EC2::Volume',
  'AWS::ECS::Cluster', { type: 'AWS::IAM::Role', cleaner: 'cloudcontrol', isGlobal: true },
  { type: 'AWS::EKS::Nodegroup', cleaner: 'cloudcontrol', isGlobal: false, parent: 'AWS::EKS::Cluster' },
  'AWS::EKS::Cluster',
];

function world(overrides?: Parameters<typeof requestOf>[0]): CleanWorld {
  return new CleanWorld(new FakeAccount(TYPES), requestOf(overrides));
}

test('an empty account is available after two passes and a look', async () => {
  const clean = world();
  expect(await clean.run()).toEqual({ state: 'available' });
  expect(clean.hold.proof).toEqual({
    emptyPasses: 2, regions: ['us-east-1', 'eu-west-1', 'eu-central-1'], provedAt: '2026-11-01T00:20:00.000Z',
  });
});

test('an account whose lists are denied is not available, and the types are named', async () => {
  const clean = world();
  clean.account.plant({ type: 'AWS::SQS::Queue', region: REGION, id: 'hidden' });
  clean.account.plant({ type: 'AWS::EC2::VPC', region: REGION, id: 'vpc-1' });
  clean.account.unlisted.set('AWS::SQS::Queue', { unlisted: 'AccessDeniedException: no', isDenied: true });
  expect(await clean.run()).toEqual({ state: 'quarantined', leftovers: 1 });
  expect(clean.hold.leftovers).toEqual([{
    type: 'AWS::SQS::Queue',
    region: REGION,
    id: '*',
    verdict: 'unseen',
    reason: 'its list was denied: AccessDeniedException: no',
  }]);
});

test('a type that an account or a region cannot use does not keep the account from being available', async () => {
  const clean = world();
  clean.account.plant({ type: 'AWS::SQS::Queue', region: REGION, id: 'used' });
  clean.account.unlisted.set('AWS::SQS::Queue', { unlisted: 'UnsupportedActionException: no' });
  clean.account.resources.clear();
  expect(await clean.run()).toEqual({ state: 'available' });
});

test('what depends on others is deleted after them', async () => {
  const clean = world();
  clean.account.plant({ type: 'AWS::EC2::VPC', region: REGION, id: 'vpc-1', after: ['subnet-1'] });
  clean.account.plant({ type: 'AWS::EC2::Subnet', region: REGION, id: 'subnet-1', after: ['i-1'] });
  clean.account.plant({ type: 'AWS::EC2::Instance', region: REGION, id: 'i-1', slow: 600 });
  expect(await clean.run()).toEqual({ state: 'available' });
  expect(clean.present).toEqual([]);
});

test('the children of a parent are listed, and deleted before it', async () => {
  const clean = world();
  clean.account.plant({ type: 'AWS::EKS::Cluster', region: REGION, id: 'c', after: ['c|n'] });
  clean.account.plant({ type: 'AWS::EKS::Nodegroup', region: REGION, id: 'c|n', facts: { parent: 'c' } }, false);
  expect(await clean.run()).toEqual({ state: 'available' });
  expect(clean.present).toEqual([]);
});

test('stacks are deleted in the reverse order of their imports, also protected and failed ones', async () => {
  const clean = world();
  const { account } = clean;
  account.plant({ type: 'AWS::DynamoDB::Table', region: REGION, id: 'kept' });
  account.plant({ type: 'AWS::RDS::DBInstance', region: REGION, id: 'locked', lock: 'protection' });
  account.deploy({ stackName: 'network', region: REGION, resources: [], isProtected: true });
  const resources = [{ id: 'kept', isRetained: true as const }];
  account.deploy({ stackName: 'app', region: REGION, resources, imports: ['network'] });
  account.deploy({ stackName: 'data', region: REGION, resources: [{ id: 'locked' }], imports: ['network'] });
  account.deploy({ stackName: 'failed', region: REGION, resources: [], fails: 1, status: 'DELETE_FAILED' });
  expect(await clean.run()).toEqual({ state: 'available' });
  expect([...account.live.values()].map(({ status }) => status)).toEqual(Array(4).fill('DELETE_COMPLETE'));
  expect(clean.present).toEqual([]);
  expect(clean.violations).toEqual([]);
});

test('what an auto scaling group creates is deleted after the group was stopped', async () => {
  const clean = world();
  const instance = { type: 'AWS::EC2::Instance', region: REGION, id: 'i-1' };
  clean.account.plant(instance);
  clean.account.plant({ type: 'AWS::AutoScaling::AutoScalingGroup', region: REGION, id: 'asg', creates: instance });
  expect(await clean.run()).toEqual({ state: 'available' });
  expect(clean.present).toEqual([]);
});

test('an account whose costly services may not be looked at is not available, and they are named', async () => {
  const clean = world();
  clean.account.inspection.look = async region => region !== REGION ? [] : [
    { type: 'AWS::DAX::Cluster', region, id: '*', by: 'services', denied: 'AccessDeniedException: no' },
  ];
  expect(await clean.run()).toEqual({ state: 'quarantined', leftovers: 1 });
  expect(clean.hold.leftovers[0]).toMatchObject({
    type: 'AWS::DAX::Cluster',
    verdict: 'unseen',
    reason: 'its list was denied: AccessDeniedException: no',
  });
});

test('what is created again and again is named in quarantine', async () => {
  const clean = world();
  const volume = { type: 'AWS::EC2::Volume', region: REGION, id: 'vol-1' };
  clean.account.plant(volume);
  clean.account.plant({ type: 'Other::Service::Robot', region: REGION, id: 'robot', creates: volume }, false);
  expect(await clean.run()).toEqual({ state: 'quarantined', leftovers: 1 });
  expect(clean.left).toEqual(['vol-1: recreated']);
});

test('what cannot be deleted is classified after at most two attempts', async () => {
  const clean = world();
  const { account } = clean;
  const type = 'AWS::DynamoDB::Table';
  const table = (id: string, how: object) => account.plant({ type, region: REGION, id, ...how });
  table('waits', { until: '2027-01-31' });
  table('managed', { managedBy: 'backup.amazonaws.com' });
  table('locked', { lock: 'for good' });
  table('protected', { lock: 'protection' });
  const attempts: Record<string, number> = {};
  const { onChange } = account;
  account.onChange = (kind, key) => {
    attempts[key.split(' ')[2] ?? ''] = (attempts[key.split(' ')[2] ?? ''] ?? 0) + 1;
    onChange?.(kind, key);
  };
  expect(await clean.run()).toEqual({ state: 'quarantined', leftovers: 3 });
  expect(clean.left).toEqual(['locked: locked', 'managed: managed', 'waits: waits']);
  expect(clean.hold.leftovers.find(({ id }) => id === 'waits')?.until).toBe('2027-01-31');
  expect(attempts).toEqual({ waits: 1, managed: 1, locked: 2, protected: 2 });
});

test('two resources that block each other are named, and the clean ends', async () => {
  const clean = world();
  clean.account.plant({ type: 'AWS::EC2::VPC', region: REGION, id: 'a', after: ['b'] });
  clean.account.plant({ type: 'AWS::EC2::Subnet', region: REGION, id: 'b', after: ['a'] });
  expect(await clean.run()).toEqual({ state: 'quarantined', leftovers: 2 });
  expect(clean.left).toEqual(['a: blocked', 'b: blocked']);
  expect(clean.hold.leftovers.map(one => one.reason).sort()).toEqual([
    'DependencyViolation: a depends on it', 'DependencyViolation: b depends on it',
  ]);
});

test('deletions that start and then fail, because two resources block each other, end within four hours', async () => {
  const clean = world();
  clean.account.plant({ type: 'AWS::EC2::VPC', region: REGION, id: 'a', after: ['b'], failsLater: true });
  clean.account.plant({ type: 'AWS::EC2::Subnet', region: REGION, id: 'b', after: ['a'], failsLater: true });
  const startedAt = clean.account.time;
  expect(await clean.run()).toEqual({ state: 'quarantined', leftovers: 2 });
  expect(clean.left).toEqual(['a: blocked', 'b: blocked']);
  expect((clean.account.time - startedAt) / 3_600_000).toBeLessThan(4);
});

test('what something has blocked for 90 minutes is deleted after that is deleted', async () => {
  const clean = world();
  clean.account.plant({ type: 'AWS::EC2::VPC', region: REGION, id: 'vpc', after: ['db'], failsLater: true });
  clean.account.plant({ type: 'AWS::RDS::DBInstance', region: REGION, id: 'db', slow: 5400 });
  expect(await clean.run()).toEqual({ state: 'available' });
  expect(clean.present).toEqual([]);
});

test('what is throttled is tried again, and is no attempt', async () => {
  const clean = world();
  clean.account.plant({ type: 'AWS::SQS::Queue', region: REGION, id: 'q', throttled: 7 });
  expect(await clean.run()).toEqual({ state: 'available' });
  expect(clean.present).toEqual([]);
});

test('a clean that takes too long ends in quarantine with what is in progress', async () => {
  const clean = world({ maxSeconds: 7200 });
  clean.account.plant({ type: 'AWS::RDS::DBInstance', region: REGION, id: 'huge', slow: 100_000 });
  expect(await clean.run()).toEqual({ state: 'quarantined', leftovers: 1 });
  expect(clean.left).toEqual(['huge: slow']);
});

test('keys, logs and roles are deleted after all others', async () => {
  const clean = world();
  const order: string[] = [];
  const { onChange } = clean.account;
  clean.account.onChange = (kind, key) => {
    const isBefore = clean.present.includes('i') ? 'before' : 'after';
    order.push(`${key.split(' ')[2] ?? ''} ${isBefore}`);
    onChange?.(kind, key);
  };
  clean.account.plant({ type: 'AWS::IAM::Role', region: 'us-east-1', id: 'role' });
  clean.account.plant({ type: 'AWS::Logs::LogGroup', region: REGION, id: 'log' });
  clean.account.plant({ type: 'AWS::EC2::Instance', region: REGION, id: 'i', slow: 900 });
  expect(await clean.run()).toEqual({ state: 'available' });
  expect(order).toEqual(['i before', 'log after', 'role after']);
  expect(clean.present).toEqual([]);
});

test('what an inspection finds is listed and deleted, or named', async () => {
  const clean = world();
  // the events of the lease do not show them
  clean.account.plant({ type: 'AWS::EC2::Volume', region: 'eu-central-1', id: 'vol-1' }, false);
  clean.account.plant({ type: 'AWS::Secret::Bill', region: 'eu-central-1', id: 'bill' }, false);
  expect(await clean.run()).toEqual({ state: 'quarantined', leftovers: 1 });
  expect(clean.present).toEqual(['bill']);
  expect(clean.hold.leftovers).toEqual([{
    type: 'AWS::Secret::Bill',
    region: 'eu-central-1',
    id: 'bill',
    verdict: 'unknown',
    reason: 'its service shows it, and no cleaner can delete it',
  }]);
});

test('the account waits for the second look, and what it finds is deleted', async () => {
  const clean = world({ secondLookSeconds: 86_400 });
  let hasAppeared = false;
  clean.onAdvance = () => {
    if (clean.hold.state !== 'waiting' || hasAppeared) return;
    hasAppeared = true;
    clean.account.plant({ type: 'AWS::EC2::Volume', region: REGION, id: 'late' }, false);
    clean.hold.state = 'held';
  };
  expect(await clean.run()).toEqual({ state: 'available' });
  expect(clean.present).toEqual([]);
  // the look is repeated a day after that
  expect(clean.account.time - Date.parse('2026-11-01')).toBeGreaterThan(2 * 86_400_000);
});

test('costs that continue after the first look lead to a list of all types, then to quarantine', async () => {
  const clean = world({ secondLookSeconds: 86_400 });
  clean.account.costs = [{ type: 'AWS::Redshift', region: 'us-east-1', id: 'Amazon Redshift', by: 'costs' }];
  expect(await clean.run()).toEqual({ state: 'quarantined', leftovers: 1 });
  expect(clean.hold.leftovers[0]?.reason).toBe('it causes costs, and no cleaner can delete it');
});

test('costs count from the first look on, because the account was in use before', async () => {
  const clean = world({ secondLookSeconds: 172_800 });
  clean.account.plant({ type: 'AWS::EC2::Instance', region: REGION, id: 'i', slow: 3600 });
  await clean.run();
  const firstLook = Date.parse(clean.hold.proof?.provedAt ?? '') - 172_800_000;
  expect(clean.account.costsSince).toBe(firstLook);
  expect(firstLook - Date.parse('2026-11-01')).toBeGreaterThan(3600_000);
});

test('an account is looked at again after what the second look has found was deleted', async () => {
  const clean = world({ secondLookSeconds: 172_800 });
  const { account } = clean;
  // neither events nor services show it, and its costs end a day after its deletion
  account.plant({ type: 'AWS::SQS::Queue', region: REGION, id: 'hidden' }, false);
  account.costs = [{ type: 'AWS::Cost', region: 'us-east-1', id: 'Amazon SQS', by: 'costs' }];
  let deletedAt: number | undefined;
  clean.onAdvance = () => {
    if (clean.present.length === 0) deletedAt ??= account.time;
    if (deletedAt !== undefined && account.time - deletedAt > 86_400_000) account.costs = [];
  };
  expect(await clean.run()).toEqual({ state: 'available' });
  expect(account.time - (deletedAt ?? 0)).toBeGreaterThan(172_800_000);
});

test('a resource that a stack has retained and no cleaner knows is named', async () => {
  const clean = world();
  const resources = [{ id: 'x', isRetained: true as const, type: 'AWS::New::Thing' }];
  clean.account.deploy({ stackName: 'app', region: REGION, resources });
  expect(await clean.run()).toEqual({ state: 'quarantined', leftovers: 1 });
  expect(clean.hold.leftovers[0]?.reason).toBe("stack 'app' has retained it, and no cleaner knows its type");
});

test('a stack with a resource that has the protecting tag remains, and is named', async () => {
  const clean = world();
  clean.account.plant({ type: 'AWS::DynamoDB::Table', region: REGION, id: 'foreign', tags: { [PROTECT]: 'yes' } });
  clean.account.plant({ type: 'AWS::SQS::Queue', region: REGION, id: 'q' });
  clean.account.deploy({ stackName: 'app', region: REGION, resources: [{ id: 'foreign' }, { id: 'q' }] });
  expect(await clean.run()).toEqual({ state: 'quarantined', leftovers: 1 });
  expect(clean.hold.leftovers[0]).toMatchObject({
    type: STACK,
    id: 'app',
    verdict: 'locked',
    reason: "it contains AWS::DynamoDB::Table 'foreign', which has the tag 'keep': "
      + 'remove the tag, or move it out of the stack',
  });
  expect(clean.present).toContain('foreign');
});

test.each(['org-environments-baseline', 'org-environments-account-baseline'])(
  'what the stack %s names by its ARN is spared, also when the look knows it by its name', async stackName => {
    const clean = world();
    const arn = `arn:aws:sns:${REGION}:333333333333:costs`;
    clean.account.plant({ type: 'AWS::SNS::Topic', region: REGION, id: 'costs', arn, isTagged: true }, false);
    clean.account.deploy({ stackName, region: REGION, resources: [{ id: arn, isRetained: true }] });
    expect(await clean.run()).toEqual({ state: 'available' });
    expect(clean.present).toEqual(['costs']);
  });

test('an account that is no longer held is left alone', async () => {
  const clean = world();
  clean.account.plant({ type: 'AWS::RDS::DBInstance', region: REGION, id: 'db', slow: 3600 });
  clean.account.plant({ type: 'AWS::EC2::VPC', region: REGION, id: 'vpc', after: ['db'] });
  clean.onAdvance = () => {
    if (clean.advances === 3) clean.hold.state = 'released';
  };
  expect(await clean.run()).toEqual({ state: 'abandoned' });
  expect(clean.present).toContain('vpc');
});

test('a stack that is deleted starts the passes again', async () => {
  const clean = world();
  clean.account.deploy({ stackName: 'app', region: REGION, resources: [] });
  expect(await clean.run()).toEqual({ state: 'available' });
  // two pauses of five minutes, and three looks at the deletion of the stack
  expect(clean.hold.proof).toMatchObject({ emptyPasses: 2, provedAt: '2026-11-01T00:26:00.000Z' });
});

test('what was blocked and is deleted later with something else is no leftover', async () => {
  const clean = world();
  clean.account.plant({ type: 'AWS::EC2::VPC', region: REGION, id: 'a', after: ['b'] });
  clean.account.plant({ type: 'AWS::EC2::Subnet', region: REGION, id: 'b', after: ['a'] });
  clean.onAdvance = () => {
    const record = clean.record;
    if (record?.round === 3) clean.account.resources.clear();
  };
  expect(await clean.run()).toEqual({ state: 'available' });
});

test.each(['before', 'after'] as const)('a function that is killed %s any call gives the same result', async when => {
  const plant = (clean: CleanWorld) => {
    clean.account.plant({ type: 'AWS::EC2::Volume', region: 'eu-central-1', id: 'vol-1' }, false);
    clean.account.plant({ type: 'AWS::EC2::VPC', region: REGION, id: 'vpc-1', after: ['subnet-1'] });
    clean.account.plant({ type: 'AWS::EC2::Subnet', region: REGION, id: 'subnet-1', slow: 60 });
    clean.account.plant({ type: 'AWS::DynamoDB::Table', region: REGION, id: 'locked', lock: 'protection' });
    clean.account.deploy({ stackName: 'app', region: REGION, resources: [{ id: 'vpc-1', isRetained: true }] });
    return clean;
  };
  const calm = plant(world());
  await calm.run();
  expect(calm.hold.state).toBe('available');
  const { length } = calm.fate.calls;
  expect(length).toBeGreaterThan(200);
  for (let call = 1; call <= length; call++) {
    const clean = plant(world());
    clean.fate.dieAt(call, when);
    await clean.run();
    expect([call, clean.hold.state, clean.left, clean.present, clean.violations])
      .toEqual([call, 'available', [], [], []]);
  }
}, 120_000);

test('a step that fails again and again ends in quarantine with the reason', async () => {
  const clean = world();
  const denied = new Error('User is not authorized to perform: ec2:DescribeVpcs');
  clean.account.inspection.defaults = () => Promise.reject(Object.assign(denied, { name: 'UnauthorizedOperation' }));
  expect(await clean.run()).toEqual({ state: 'quarantined', leftovers: 1 });
  expect(clean.hold.leftovers[0]).toMatchObject({
    id: '333333333333',
    reason: "the clean has no result: step 'stop' has failed: UnauthorizedOperation: "
      + 'User is not authorized to perform: ec2:DescribeVpcs',
  });
});

test('what is blocked for half an hour by something that AWS deletes is deleted afterwards', async () => {
  const clean = world();
  clean.account.plant({ type: 'AWS::EC2::Subnet', region: REGION, id: 'subnet', after: ['interface'] });
  clean.account.plant({ type: 'AWS::Lambda::Interface', region: REGION, id: 'interface' }, false);
  const startedAt = clean.account.time;
  clean.onAdvance = () => {
    if (clean.account.time - startedAt > 30 * 60_000) {
      clean.account.resources.delete(`AWS::Lambda::Interface ${REGION} interface`);
    }
  };
  expect(await clean.run()).toEqual({ state: 'available' });
  expect(clean.present).toEqual([]);
});
