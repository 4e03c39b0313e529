import type { Change, ResourceRecordSet } from '@aws-sdk/client-route-53';
import { create, NAME, remove, startZone, text, upsert, weighted, type Zone } from './world';

let zone: Zone;

beforeEach(async () => { zone = await startZone(); });
afterEach(async () => { await zone.world.stop(); });

/** Records of the zone besides those of its apex, as `type name identifier weight`. */
function records(): string[] {
  return [...zone.zone.sets.values()]
    .filter(set => set.Name !== 'example.com.')
    .map(set => [set.Type, set.Name, set.SetIdentifier ?? '-', set.Weight ?? '-'].join(' '))
    .sort();
}

const invalidBatch = (message: string): object => ({ name: 'InvalidChangeBatch', message });

test('creates, changes and deletes weighted records of one name', async () => {
  await zone.change(create(weighted('blue', 255)), create(weighted('green', 0)));
  await zone.change(upsert(weighted('blue', 0)), upsert(weighted('green', 255)));
  expect(records()).toEqual(['CNAME www.example.com. blue 0', 'CNAME www.example.com. green 255']);
  await zone.change(remove(weighted('blue', 0)));
  expect(records()).toEqual(['CNAME www.example.com. green 255']);
});

test('makes all changes of a batch or none', async () => {
  await zone.change(create(weighted('blue', 1)));
  await expect(zone.change(upsert(weighted('blue', 2)), remove(text('"1"')))).rejects.toMatchObject(
    invalidBatch(
      `[Tried to delete resource record set [name='_fence.${NAME}.', type='TXT'] but it was not found]`,
    ),
  );
  expect(records()).toEqual(['CNAME www.example.com. blue 1']);
});

test('deletes a record only with exactly its values, and creates it again in the same batch', async () => {
  await zone.change(create(text('"fence 1"')));
  await expect(zone.change(remove(text('"fence 0"')), create(text('"fence 2"')))).rejects.toMatchObject(
    invalidBatch(
      `[Tried to delete resource record set [name='_fence.${NAME}.', type='TXT'] `
      + 'but the values provided do not match the current values]',
    ),
  );
  await zone.change(remove(text('"fence 1"')), create(text('"fence 2"')));
  const fence = [...zone.zone.sets.values()].find(set => set.Type === 'TXT');
  expect(fence?.ResourceRecords).toEqual([{ Value: '"fence 2"' }]);
});

describe('rejects a batch, in the words of Route 53:', () => {
  const plain = (type: ResourceRecordSet['Type'], value: string, name = NAME): ResourceRecordSet => ({
    Name: name,
    Type: type,
    TTL: 60,
    ResourceRecords: [{ Value: value }],
  });
  const alias = (target: string, id: string): ResourceRecordSet => ({
    Name: NAME,
    Type: 'A',
    AliasTarget: { HostedZoneId: id, DNSName: target, EvaluateTargetHealth: false },
  });
  const cases: readonly [string, readonly Change[], string][] = [
    [
      'a record that exists',
      [create(weighted('blue', 1))],
      `[Tried to create resource record set [name='${NAME}.', type='CNAME', set identifier='blue'] `
      + 'but it already exists]',
    ],
    [
      'another TTL than the other weighted records',
      [upsert(weighted('green', 1, { TTL: 30 }))],
      `[RRSet with DNS name ${NAME}. and type CNAME, SetIdentifier green cannot be created as weighted sets `
      + 'must contain the same TTL.]',
    ],
    [
      'a simple record next to weighted ones',
      [create(plain('CNAME', 'x.example.net'))],
      `[RRSet with DNS name ${NAME}., type CNAME cannot be created as other RRSets exist with the same name and type.]`,
    ],
    [
      'another routing policy than the others',
      [create({ ...weighted('green', 1), Weight: undefined, Region: 'eu-central-1' })],
      `[RRSet with DNS name ${NAME}., type CNAME, SetIdentifier green cannot be created as a non-latency set exists `
      + 'with the same name and type.]',
    ],
    [
      'another type next to a CNAME',
      [create(plain('TXT', '"x"'))],
      `[RRSet of type TXT with DNS name ${NAME}. is not permitted as it conflicts with other records with the same `
      + 'DNS name in zone example.com.]',
    ],
    [
      'a CNAME at the apex',
      [create(plain('CNAME', 'x.example.net', 'example.com'))],
      '[RRSet of type CNAME with DNS name example.com. is not permitted at apex in zone example.com.]',
    ],
    [
      'a name outside the zone',
      [create(plain('A', '10.0.0.1', 'www.example.org'))],
      '[RRSet with DNS name www.example.org. is not permitted in zone example.com.]',
    ],
    [
      'the same record twice',
      [upsert(weighted('blue', 1)), upsert(weighted('blue', 2))],
      `[The request contains an invalid set of changes for a resource record set 'CNAME ${NAME}.']`,
    ],
    [
      'text without quotation marks',
      [create(text('fence'))],
      "[Invalid Resource Record: 'FATAL problem: InvalidCharacterString (Value should be enclosed in quotation marks) "
      + "encountered with 'fence']",
    ],
    [
      'text that is too long',
      [create(text(`"${'x'.repeat(256)}"`))],
      "[Invalid Resource Record: 'FATAL problem: CharacterStringTooLong (Value is too long) "
      + `encountered with '"${'x'.repeat(256)}"']`,
    ],
  ];

  test.each(cases)('%s', async (_title, changes, message) => {
    await zone.change(create(weighted('blue', 1)));
    await expect(zone.change(...changes)).rejects.toMatchObject(invalidBatch(message));
  });

  test('an alias to a record that does not exist in its zone', async () => {
    const { id } = zone.zone;
    const tried =
      `[Tried to create an alias that targets x.example.com., type A in zone ${id}, but that target was not found]`;
    await expect(zone.change(create(alias('x.example.com', id)))).rejects.toMatchObject(invalidBatch(tried));
    const balancer = alias('lb.eu-central-1.elb.amazonaws.com', 'Z215JYRZR1TBD5');
    await expect(zone.change(create(balancer))).resolves.toBeDefined();
  });

  test('without the SOA record', async () => {
    const soa = [...zone.zone.sets.values()].find(set => set.Type === 'SOA');
    await expect(zone.change({ Action: 'DELETE', ResourceRecordSet: soa as ResourceRecordSet })).rejects.toMatchObject(
      invalidBatch('[A HostedZone must contain exactly one SOA record.]'),
    );
  });
});

describe('rejects invalid input:', () => {
  const cases: readonly [string, ResourceRecordSet, string][] = [
    ['a weight above 255', weighted('blue', 256), "cvc-maxInclusive-valid: Value '256' is not facet-valid"],
    ['a weight below 0', weighted('blue', -1), "cvc-minInclusive-valid: Value '-1' is not facet-valid"],
    [
      'a weight without a set identifier',
      weighted('blue', 1, { SetIdentifier: undefined }),
      `Invalid request: Missing field 'SetIdentifier' in Change with [Action=CREATE, Name=${NAME}., Type=CNAME, `
      + 'SetIdentifier=null]',
    ],
    [
      'a set identifier without a routing policy',
      weighted('blue', 1, { Weight: undefined }),
      'Invalid request: Expected exactly one of [Weight, Region, Failover, GeoLocation, or MultiValueAnswer], '
      + 'but found none in Change',
    ],
    [
      'a record without values',
      weighted('blue', 1, { ResourceRecords: undefined }),
      'Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or '
      + 'TrafficPolicyInstanceId], but found none in Change',
    ],
    [
      'an alias with a TTL',
      weighted('blue', 1, {
        ResourceRecords: undefined,
        AliasTarget: { HostedZoneId: 'Z1', DNSName: 'x', EvaluateTargetHealth: true },
      }),
      'but found more than one in Change',
    ],
  ];

  test.each(cases)('%s', async (_title, set, message) => {
    await expect(zone.change(create(set))).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expect.stringContaining(message),
    });
    expect(records()).toEqual([]);
  });
});
