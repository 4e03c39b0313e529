import { NAME, startZone, type Zone } from './world';
import { CICD, MEMBER } from '../world';

let zone: Zone;

beforeEach(async () => { zone = await startZone(); });
afterEach(async () => { await zone.world.stop(); });

const weights = (): unknown =>
  [...zone.zone.sets.values()]
    .filter(set => set.Weight !== undefined)
    .map(set => `${set.Name} ${set.SetIdentifier} ${set.Weight}`);

const record = (side: string, weight: number, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  HostedZoneId: zone.zone.id,
  Name: `${NAME}.`,
  Type: 'CNAME',
  TTL: '60',
  SetIdentifier: side,
  Weight: weight,
  ResourceRecords: [`${side}.example.net`],
  ...more,
});

test('a hosted zone is created, and deleted only without records', async () => {
  const type = zone.world.type('AWS::Route53::HostedZone');
  const context = zone.world.context(CICD);
  const { id, attributes } = await type.create({ Name: 'example.org' }, context);
  expect(attributes).toEqual({ Id: id, NameServers: expect.arrayContaining([expect.any(String)]) });
  const records = zone.world.type('AWS::Route53::RecordSet');
  const properties = { ...record('blue', 1), HostedZoneId: id, Name: 'www.example.org' };
  await records.create(properties, context);
  await expect(type.remove(id, {}, context)).rejects.toThrow('contains non-required resource record sets');
  await records.remove('www.example.org', properties, context);
  await type.remove(id, {}, context);
  expect(zone.world.route53.zone(id)).toBeUndefined();
});

test('a record set is created, updated and deleted', async () => {
  const type = zone.world.type('AWS::Route53::RecordSet');
  const context = zone.world.context(CICD);
  const properties = record('blue', 255);
  await expect(type.create(properties, context)).resolves.toMatchObject({ id: NAME });
  await expect(type.create(properties, context)).rejects.toThrow('but it already exists');
  await type.update(NAME, record('blue', 10), properties, context);
  expect(weights()).toEqual([`${NAME}. blue 10`]);
  await expect(type.remove(NAME, properties, context)).rejects.toThrow('do not match the current values');
  await type.remove(NAME, record('blue', 10), context);
  await type.remove(NAME, record('blue', 10), context);
  expect(weights()).toEqual([]);
});

test('a record set finds its zone by name, only in its account', async () => {
  const type = zone.world.type('AWS::Route53::RecordSet');
  const byName = record('blue', 1, { HostedZoneId: undefined, HostedZoneName: 'example.com.' });
  await type.create(byName, zone.world.context(CICD));
  expect(weights()).toEqual([`${NAME}. blue 1`]);
  await expect(type.create(record('green', 1), zone.world.context(MEMBER))).rejects.toThrow('No hosted zone found');
});

test('a zone that the app imports is assumed to exist in the account', async () => {
  const type = zone.world.type('AWS::Route53::RecordSet');
  const context = zone.world.context(MEMBER);
  const named = (place: Record<string, unknown>): Record<string, unknown> =>
    record('blue', 1, { HostedZoneId: undefined, Name: 'a.b.example.org', ...place });
  await type.create(named({ HostedZoneId: 'ZIMPORTED' }), context);
  expect(zone.world.route53.zone('ZIMPORTED')).toMatchObject({ name: 'example.org.', accountId: MEMBER });
  await type.create(named({ HostedZoneName: 'b.example.org.' }), context);
  expect(zone.world.route53.zonesNamed(MEMBER, 'b.example.org.')).toHaveLength(1);
});

test('a group of record sets changes in one batch', async () => {
  const type = zone.world.type('AWS::Route53::RecordSetGroup');
  const context = zone.world.context(CICD);
  const group = (...sides: [string, number][]): Record<string, unknown> => ({
    HostedZoneId: zone.zone.id,
    RecordSets: sides.map(([side, weight]) => record(side, weight)),
  });
  const before = group(['blue', 255], ['green', 0]);
  const { id } = await type.create(before, context);
  await type.update(id, group(['green', 255]), before, context);
  expect(weights()).toEqual([`${NAME}. green 255`]);
  await type.remove(id, group(['green', 255]), context);
  expect(weights()).toEqual([]);
});
