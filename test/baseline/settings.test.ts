import { baseline, BaselineWorld } from './baseline-world';
import { applySettingsOf, problemsOf } from '../../lambda/account/baselines/settings';
import type { BaselineSettings } from '../../src/baseline/contract';
import { awsError } from '../account/fake-directory';
import { FakeMemberApi } from '../account/fake-member-api';
import { owner, vended } from '../account/vending';
import { Fate, Killed } from '../shared/fate';

const ALL: BaselineSettings = {
  defaultVpcs: 'removed',
  snapshotSharing: 'blocked',
  bucketAccess: 'blocked',
  instanceMetadata: 'v2',
  passwordPolicy: { minimumLength: '14', requireCharacters: 'all', reusePrevention: '24' },
};

let api: FakeMemberApi;
const place = () => ({ api, accountId: '333333333333', region: 'eu-central-1' });
beforeEach(() => { api = new FakeMemberApi(); });

const regionsAre = (changes: object) => {
  for (const region of api.regions.values()) expect(region).toMatchObject(changes);
};

test.each<[keyof BaselineSettings, () => void, readonly string[]]>([
  ['defaultVpcs', () => {
    for (const { vpcId, gateways, subnets } of api.regions.values()) {
      expect([vpcId, gateways.size, subnets.size]).toEqual([undefined, 0, 0]);
    }
  }, ['the default VPC of eu-central-1 exists', 'the default VPC of us-east-1 exists']],
  ['snapshotSharing', () => regionsAre({ snapshotState: 'block-all-sharing' }), [
    'public sharing of snapshots is not blocked in eu-central-1',
    'public sharing of snapshots is not blocked in us-east-1',
  ]],
  ['bucketAccess', () => expect(api.publicAccessBlock).toBe(
    '<PublicAccessBlockConfiguration xmlns="http://awss3control.amazonaws.com/doc/2018-08-20/">'
      + '<BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls>'
      + '<BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets>'
      + '</PublicAccessBlockConfiguration>',
  ), ['public access to buckets is not blocked']],
  ['instanceMetadata', () => regionsAre({ httpTokens: 'required' }), [
    'version 2 of the instance metadata service is not the default in eu-central-1',
    'version 2 of the instance metadata service is not the default in us-east-1',
  ]],
  ['passwordPolicy', () => expect(api.passwordPolicy).toEqual({
    MinimumPasswordLength: '14',
    RequireSymbols: 'true',
    RequireNumbers: 'true',
    RequireUppercaseCharacters: 'true',
    RequireLowercaseCharacters: 'true',
    AllowUsersToChangePassword: 'true',
    PasswordReusePrevention: '24',
  }), ['the password policy differs']],
])('%s: it is set alone, is reported while it is not set, and is set once', async (name, expectSet, problems) => {
  const settings = { [name]: ALL[name] };
  expect(await problemsOf(place(), settings)).toEqual(problems.map(what => ({ what, isRepairable: true })));
  await applySettingsOf(place(), settings);
  expectSet();
  expect(await problemsOf(place(), settings)).toEqual([]);
  const changes = api.changes.length;
  await applySettingsOf(place(), settings);
  expect(api.changes).toHaveLength(changes);
});

test('settings that are not declared are neither read nor changed', async () => {
  await applySettingsOf(place(), {});
  expect(await problemsOf(place(), {})).toEqual([]);
  expect(api.changes).toEqual([]);
  expect(api.publicAccessBlock).toBeUndefined();
});

test('a password policy with another maximum age is replaced', async () => {
  const policy = { minimumLength: '8', requireCharacters: 'any', maxAgeDays: '90' } as const;
  await applySettingsOf(place(), { passwordPolicy: policy });
  expect(api.passwordPolicy).toMatchObject({ MaxPasswordAge: '90', RequireSymbols: 'false' });
  const without = { minimumLength: '8', requireCharacters: 'any' } as const;
  expect(await problemsOf(place(), { passwordPolicy: without })).toEqual([
    { what: 'the password policy differs', isRepairable: true },
  ]);
});

test('a default VPC in use is kept with all its parts', async () => {
  api.regions.get('us-east-1')?.interfaces.push('eni-1');
  await applySettingsOf(place(), ALL);
  expect(api.regions.get('us-east-1')).toMatchObject({ vpcId: 'vpc-us-east-1' });
  expect(api.regions.get('us-east-1')?.subnets.size).toBe(2);
  expect(api.regions.get('us-east-1')?.gateways.get('igw-us-east-1')?.attachedTo).toBe('vpc-us-east-1');
  expect(await problemsOf(place(), ALL)).toEqual([{
    what: 'the default VPC vpc-us-east-1 of us-east-1 is kept, because it is in use (NetworkInterfaces: eni-1)',
    isRepairable: false,
  }]);
});

test('a default VPC that is kept is reported as something that only a person can change', async () => {
  const world = new BaselineWorld();
  await world.give(baseline({ settings: { defaultVpcs: 'removed', bucketAccess: 'blocked' } }));
  const accountId = await world.create(owner('Dev'), vended());
  const member = world.baselines.apiOf(accountId);
  member.regions.set('eu-west-9', { ...new FakeMemberApi(['eu-west-9']).regions.get('eu-west-9')! });
  member.regions.get('eu-west-9')?.interfaces.push('eni-1');
  member.publicAccessBlock = undefined;
  const account = "account 'shop-dev' (aws+dev@example.com): ";
  expect(await world.lifecycle.check(owner('Dev'), vended())).toEqual([
    {
      what: `${account}public access to buckets is not blocked`,
      remedy: 'the baseline is applied again',
      isRepairable: true,
    },
    {
      what: `${account}the default VPC vpc-eu-west-9 of eu-west-9 is kept, because it is in use `
        + '(NetworkInterfaces: eni-1)',
      remedy: "delete what is in it, or omit 'removeDefaultVpcs' from the baseline, then reconcile again",
      isRepairable: false,
    },
  ]);
});

test('an error in one region does not stop the others', async () => {
  api.refusals.set('EnableSnapshotBlockPublicAccess', [awsError('UnauthorizedOperation', 'no')]);
  await expect(applySettingsOf(place(), ALL)).rejects.toThrow('no');
  expect([...api.regions.values()].filter(({ vpcId }) => vpcId === undefined)).toHaveLength(1);
  await applySettingsOf(place(), ALL);
  expect(await problemsOf(place(), ALL)).toEqual([]);
});

test.each(['before', 'after'] as const)('a function that is killed %s any of its calls sets everything', async when => {
  let calls = 0;
  for (let call = 1; call === 1 || calls >= call; call++) {
    api = new FakeMemberApi(['eu-central-1']);
    const fate = new Fate();
    fate.dieAt(call, when);
    for (let isDone = false; !isDone;) {
      try {
        await applySettingsOf({ ...place(), api: fate.over<FakeMemberApi>(api) }, ALL);
        isDone = true;
      } catch (error) {
        if (!fate.revive() || !(error instanceof Killed)) throw error;
      }
    }
    expect(await problemsOf(place(), ALL)).toEqual([]);
    expect(api.regions.get('eu-central-1')?.gateways.size).toBe(0);
    calls = fate.calls.length;
  }
  expect(calls).toBeGreaterThan(15);
});

test('the contacts of a baseline are set, unless the account declares its own', async () => {
  const contact = (contactName: string) =>
    ({ contactName, title: 'Team', email: 'team@example.com', phoneNumber: '+49 30 1' });
  const world = new BaselineWorld();
  const settings = { alternateContacts: { billing: contact('Baseline'), security: contact('Baseline') } };
  await world.give(baseline({ settings }));
  const accountId = await world.create(owner('Dev'), vended({ alternateContacts: { billing: contact('Own') } }));
  expect(world.settings.contacts.get(`${accountId}/billing`)).toMatchObject({ contactName: 'Own' });
  expect(world.settings.contacts.get(`${accountId}/security`)).toMatchObject({ contactName: 'Baseline' });
});

test('a deployment of an account sets again what was changed by hand, and the check reports it', async () => {
  const world = new BaselineWorld();
  await world.give(baseline({ settings: ALL }));
  const accountId = await world.create(owner('Dev'), vended());
  const member = world.baselines.apiOf(accountId);
  member.publicAccessBlock = undefined;
  const drifts = await world.lifecycle.check(owner('Dev'), vended());
  expect(drifts).toEqual([{
    what: "account 'shop-dev' (aws+dev@example.com): public access to buckets is not blocked",
    remedy: 'the baseline is applied again',
    isRepairable: true,
  }]);
  await world.update(owner('Dev'), vended(), vended());
  expect(member.publicAccessBlock).toBeDefined();
});
