import {
  ChangeResourceRecordSetsCommand,
  GetChangeCommand,
  GetHostedZoneCommand,
  ListHostedZonesByNameCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from '@aws-sdk/client-route-53';
import { create, NAME, startZone, text, upsert, weighted, type Zone } from './world';
import { CICD, MEMBER } from '../world';

let zone: Zone;

beforeEach(async () => { zone = await startZone(); });
afterEach(async () => { await zone.world.stop(); });

const status = async (id = ''): Promise<string | undefined> =>
  (await zone.client.send(new GetChangeCommand({ Id: id }))).ChangeInfo?.Status;

const servers = (): (number | undefined)[] =>
  [0, 1, 2, 3].map(server => zone.world.route53.query(zone.zone.id, server, NAME, 'CNAME')[0]?.Weight);

test('a change is pending until all name servers know it', async () => {
  const advance = zone.world.holdTime();
  const info = await zone.change(create(weighted('blue', 7)));
  expect(info?.Id).toMatch(/^\/change\/C[0-9A-Z]{20}$/);
  expect(info?.Status).toBe('PENDING');
  await expect(status(info?.Id)).resolves.toBe('PENDING');
  expect(servers()).toEqual([undefined, undefined, undefined, undefined]);
  advance(20);
  expect(servers().at(0)).toBe(7);
  expect(servers().at(3)).toBeUndefined();
  advance(10);
  expect(servers()).toEqual([7, 7, 7, 7]);
  await expect(status(info?.Id)).resolves.toBe('INSYNC');
});

test('a change that is held reaches the name servers with a later one', async () => {
  const advance = zone.world.holdTime();
  zone.world.route53.holdChanges();
  const first = await zone.change(create(weighted('blue', 7)));
  advance(120);
  await expect(status(first?.Id)).resolves.toBe('PENDING');
  expect(servers()).toEqual([undefined, undefined, undefined, undefined]);
  const second = await zone.change(upsert(weighted('blue', 7)));
  advance(120);
  await expect(status(second?.Id)).resolves.toBe('INSYNC');
  expect(servers()).toEqual([7, 7, 7, 7]);
});

test('lists records by name from the right, in pages', async () => {
  await zone.change(create(weighted('green', 0)), create(weighted('blue', 255)), create(text('"a" "b"')));
  const list = new ListResourceRecordSetsCommand({
    HostedZoneId: `/hostedzone/${zone.zone.id}`,
    StartRecordName: NAME,
    StartRecordType: 'CNAME',
    MaxItems: 1,
  });
  const first = await zone.client.send(list);
  expect(first).toMatchObject({
    ResourceRecordSets: [weighted('blue', 255, { Name: `${NAME}.` })],
    IsTruncated: true,
    MaxItems: 1,
    NextRecordName: `${NAME}.`,
    NextRecordType: 'CNAME',
    NextRecordIdentifier: 'green',
  });
  const rest = await zone.client.send(
    new ListResourceRecordSetsCommand({
      HostedZoneId: zone.zone.id,
      StartRecordName: first.NextRecordName,
      StartRecordType: first.NextRecordType,
      StartRecordIdentifier: first.NextRecordIdentifier,
    }),
  );
  expect(rest.IsTruncated).toBe(false);
  expect(rest.ResourceRecordSets?.map(set => `${set.Type} ${set.Name}`)).toEqual([
    `CNAME ${NAME}.`,
    `TXT _fence.${NAME}.`,
  ]);
  expect(rest.ResourceRecordSets?.at(1)?.ResourceRecords).toEqual([{ Value: '"a" "b"' }]);
});

test('keeps names in lower case, with special characters in octal', async () => {
  await zone.change(create({ ...text('"x"'), Name: '*.EXAMPLE.com' }));
  const { ResourceRecordSets: sets } = await zone.client.send(
    new ListResourceRecordSetsCommand({ HostedZoneId: zone.zone.id, StartRecordName: '*.example.com' }),
  );
  expect(sets?.map(set => set.Name)).toEqual(['\\052.example.com.']);
});

test('returns a zone by id and by name', async () => {
  zone.world.route53.createZone(CICD, 'b.example.org');
  await expect(zone.client.send(new GetHostedZoneCommand({ Id: zone.zone.id }))).resolves.toMatchObject({
    HostedZone: { Id: `/hostedzone/${zone.zone.id}`, Name: 'example.com.', ResourceRecordSetCount: 2 },
    DelegationSet: { NameServers: expect.arrayContaining([expect.stringMatching(/^ns-\d+\.awsdns-00\.com$/)]) },
  });
  const { HostedZones: zones } = await zone.client.send(new ListHostedZonesByNameCommand({ DNSName: 'b.example.org' }));
  expect(zones?.map(({ Name: name }) => name)).toEqual(['b.example.org.']);
});

test('functions in this process pass the members of the SDK without HTTP', async () => {
  const { credentials: { accessKeyId }, region } = zone.world.as(CICD);
  const call = { service: 'route53', region, accessKeyId };
  await zone.world.server.call({
    ...call,
    operation: 'ChangeResourceRecordSets',
    input: { HostedZoneId: `/hostedzone/${zone.zone.id}`, ChangeBatch: { Changes: [create(weighted('blue', 7))] } },
  });
  const input = { HostedZoneId: zone.zone.id, StartRecordName: NAME, MaxItems: 1 };
  await expect(
    zone.world.server.call({ ...call, operation: 'ListResourceRecordSets', input }),
  ).resolves.toMatchObject({ ResourceRecordSets: [{ SetIdentifier: 'blue', Weight: 7 }], IsTruncated: false });
});

test('names what does not exist', async () => {
  await expect(zone.client.send(new GetHostedZoneCommand({ Id: 'Z1' }))).rejects.toMatchObject({
    name: 'NoSuchHostedZone',
    message: 'No hosted zone found with ID: Z1',
  });
  await expect(zone.client.send(new GetChangeCommand({ Id: 'C1' }))).rejects.toMatchObject({
    name: 'NoSuchChange',
    message: 'Could not find resource with ID: C1',
  });
});

test('a zone of another account is not accessible', async () => {
  const other = new Route53Client(zone.world.as(MEMBER));
  await expect(other.send(new GetHostedZoneCommand({ Id: zone.zone.id }))).rejects.toMatchObject({
    name: 'AccessDenied',
    message: expect.stringContaining('is not authorized to access this resource'),
  });
});

test('an account has five requests per second', async () => {
  const get = async (): Promise<unknown> => zone.client.send(new GetHostedZoneCommand({ Id: zone.zone.id }));
  const advance = zone.world.holdTime();
  const results = await Promise.allSettled(Array.from({ length: 7 }, get));
  expect(results.filter(({ status: result }) => result === 'fulfilled')).toHaveLength(5);
  await expect(get()).rejects.toMatchObject({ name: 'Throttling', message: 'Rate exceeded' });
  advance(0.2);
  await expect(get()).resolves.toBeDefined();
});

describe('the condition keys of changes', () => {
  const allowed = async (name: string, condition: Record<string, string | string[]>): Promise<unknown> => {
    zone.world.iam.putRole({
      arn: `arn:aws:iam::${CICD}:role/limited`,
      roleName: 'limited',
      roleId: 'AROALIMITED',
      accountId: CICD,
      trust: { Statement: [] },
      policies: {
        only: {
          Statement: [
            {
              Effect: 'Allow',
              Action: 'route53:ChangeResourceRecordSets',
              Resource: `arn:aws:route53:::hostedzone/${zone.zone.id}`,
              Condition: { 'ForAllValues:StringEquals': condition },
            },
          ],
        },
      },
      managedPolicyArns: [],
      tags: {},
    });
    return new Route53Client(zone.world.as(CICD, 'limited')).send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: zone.zone.id,
        ChangeBatch: { Changes: [create(weighted('blue', 1, { Name: name })), upsert(text('"1"'))] },
      }),
    );
  };
  const keys = (names: string[], types: string[], actions: string[]): Record<string, string[]> => ({
    'route53:ChangeResourceRecordSetsNormalizedRecordNames': names,
    'route53:ChangeResourceRecordSetsRecordTypes': types,
    'route53:ChangeResourceRecordSetsActions': actions,
  });

  test('allow the names, types and actions of all changes', async () => {
    const condition = keys([NAME, `_fence.${NAME}`], ['CNAME', 'TXT'], ['CREATE', 'UPSERT']);
    await expect(allowed('WWW.example.com.', condition)).resolves.toBeDefined();
  });

  test.each([
    ['names', keys([NAME], ['CNAME', 'TXT'], ['CREATE', 'UPSERT'])],
    ['types', keys([NAME, `_fence.${NAME}`], ['CNAME'], ['CREATE', 'UPSERT'])],
    ['actions', keys([NAME, `_fence.${NAME}`], ['CNAME', 'TXT'], ['UPSERT'])],
  ])('deny a batch with others: %s', async (_title, condition) => {
    await expect(allowed(NAME, condition)).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('is not authorized to perform: route53:ChangeResourceRecordSets'),
    });
  });
});
