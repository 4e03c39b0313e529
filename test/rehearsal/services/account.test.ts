import {
  AcceptPrimaryEmailUpdateCommand,
  AccountClient,
  EnableRegionCommand,
  GetAlternateContactCommand,
  GetRegionOptStatusCommand,
  PutAlternateContactCommand,
  StartPrimaryEmailUpdateCommand,
} from '@aws-sdk/client-account';
import { CreateAccountAliasCommand, IAMClient, ListAccountAliasesCommand } from '@aws-sdk/client-iam';
import { Simulation } from '../../../rehearsal/simulation';
import { declaredErrors } from '../models';

const MANAGEMENT = '999999999999';
const MEMBER = '222222222222';
const OTHER = '333333333333';
const CONTACT = {
  AlternateContactType: 'BILLING', Name: 'Finance', Title: 'Team', EmailAddress: 'f@example.com', PhoneNumber: '+1 2',
} as const;

let simulation: Simulation;
beforeEach(async () => {
  simulation = await Simulation.start({ managementAccountId: MANAGEMENT, scale: 600 });
  for (const accountId of [MEMBER, OTHER]) {
    const email = `${accountId}@example.com`;
    simulation.organizations.addAccount({ accountId, name: accountId, email, joined: 'CREATED' });
  }
});
afterEach(async () => simulation.stop());

const configuration = (accountId: string) => ({
  endpoint: simulation.server.endpoint,
  region: 'us-east-1',
  maxAttempts: 1,
  credentials: simulation.iam.issue({ accountId, arn: `arn:aws:iam::${accountId}:root` }),
});
const account = (from = MANAGEMENT) => new AccountClient(configuration(from));
const iam = (from = MEMBER) => new IAMClient(configuration(from));
const errorOf = (promise: Promise<unknown>) => promise.then(() => '', (error: Error) => error.name);

describe('alternate contacts', () => {
  const read = { AccountId: MEMBER, AlternateContactType: 'BILLING' } as const;

  test('are set by the management account, and read again', async () => {
    expect(await errorOf(account().send(new GetAlternateContactCommand(read)))).toBe('ResourceNotFoundException');
    await account().send(new PutAlternateContactCommand({ AccountId: MEMBER, ...CONTACT }));
    const { AlternateContact } = await account().send(new GetAlternateContactCommand(read));
    expect(AlternateContact).toEqual(CONTACT);
    const others = { ...read, AccountId: OTHER };
    expect(await errorOf(account().send(new GetAlternateContactCommand(others)))).toBe('ResourceNotFoundException');
  });

  test('are changed neither by another member nor for the management account itself', async () => {
    const put = new PutAlternateContactCommand({ AccountId: MEMBER, ...CONTACT });
    expect(await errorOf(account(OTHER).send(put))).toBe('AccessDeniedException');
    const own = new PutAlternateContactCommand({ AccountId: MANAGEMENT, ...CONTACT });
    expect(await errorOf(account().send(own))).toBe('AccessDeniedException');
  });

  test('are rejected if AWS would not accept them', async () => {
    const long = { ...CONTACT, Name: 'n'.repeat(65) };
    const put = new PutAlternateContactCommand({ AccountId: MEMBER, ...long });
    expect(await errorOf(account().send(put))).toBe('ValidationException');
  });
});

describe('opt-in regions', () => {
  const enable = (region: string, accountId = MEMBER) =>
    account().send(new EnableRegionCommand({ AccountId: accountId, RegionName: region }));
  const status = async (region: string) => (
    await account().send(new GetRegionOptStatusCommand({ AccountId: MEMBER, RegionName: region }))
  ).RegionOptStatus;

  test('are disabled until they are enabled, which takes a while', async () => {
    expect(await status('eu-south-2')).toBe('DISABLED');
    await enable('eu-south-2');
    expect(await status('eu-south-2')).toBe('ENABLING');
    expect(await errorOf(enable('eu-south-2'))).toMatch(/ConflictException|TooManyRequestsException/);
    await simulation.clock.sleep(301);
    expect(await status('eu-south-2')).toBe('ENABLED');
    expect(await status('eu-west-1')).toBe('ENABLED_BY_DEFAULT');
  });

  test('cannot be enabled if they do not exist, or are enabled by default', async () => {
    expect(await errorOf(enable('eu-nowhere'))).toBe('ValidationException');
    await simulation.clock.sleep(2);
    expect(await errorOf(enable('eu-west-1'))).toBe('ValidationException');
  });

  test('are enabled six at a time for an account', async () => {
    const { regions } = simulation.accounts;
    for (const region of [
      'af-south-1', 'ap-east-1', 'ap-south-2', 'ap-southeast-3', 'ap-southeast-4', 'ap-southeast-5',
    ]) {
      regions.enable(MEMBER, region);
    }
    expect(() => regions.enable(MEMBER, 'eu-south-2')).toThrow('too many region-opt requests are in progress');
    expect(() => regions.enable(OTHER, 'eu-south-2')).not.toThrow();
  });
});

describe('the e-mail of the root user', () => {
  const email = 'new@example.com';
  const start = (address = email) =>
    account().send(new StartPrimaryEmailUpdateCommand({ AccountId: MEMBER, PrimaryEmail: address }));
  const accept = (code: string, address = email) =>
    account().send(new AcceptPrimaryEmailUpdateCommand({ AccountId: MEMBER, PrimaryEmail: address, Otp: code }));
  const current = () => simulation.organizations.account(MEMBER)?.email;

  test('changes with the code that AWS sends, and frees the former address', async () => {
    await start();
    expect(current()).toBe(`${MEMBER}@example.com`);
    expect(await errorOf(accept('000000'))).toBe('ValidationException');
    await simulation.clock.sleep(2);
    await accept(simulation.accounts.emailChanges.get(MEMBER)?.code ?? '');
    expect(current()).toBe(email);
    expect(simulation.organizations.creation.isEmailTaken(`${MEMBER}@example.com`)).toBe(false);
    expect(simulation.organizations.creation.isEmailTaken(email)).toBe(true);
  });

  test('cannot become the address of another account, or one without a start', async () => {
    expect(await errorOf(start(`${OTHER}@example.com`))).toBe('ConflictException');
    expect(await errorOf(accept('123456'))).toBe('ResourceNotFoundException');
  });
});

test('the calls for an account are limited in time', async () => {
  await simulation.stop();
  // in real time, so that no calls are granted during the test
  simulation = await Simulation.start({ managementAccountId: MANAGEMENT, scale: 0.001 });
  simulation.organizations.addAccount({ accountId: MEMBER, name: 'a', email: 'a@example.com', joined: 'CREATED' });
  const put = () => account().send(new PutAlternateContactCommand({ AccountId: MEMBER, ...CONTACT }));
  const errors = await Promise.all(Array.from({ length: 10 }, () => errorOf(put())));
  expect(errors.filter(name => name === '')).toHaveLength(8);
  expect(new Set(errors)).toEqual(new Set(['', 'TooManyRequestsException']));
});

describe('the alias of an account', () => {
  const set = (alias: string, from = MEMBER) => iam(from).send(new CreateAccountAliasCommand({ AccountAlias: alias }));

  test('is one, unique among all accounts', async () => {
    await set('shop');
    await set('shop-test');
    expect((await iam().send(new ListAccountAliasesCommand({}))).AccountAliases).toEqual(['shop-test']);
    expect((await iam(OTHER).send(new ListAccountAliasesCommand({}))).AccountAliases).toEqual([]);
    expect(await errorOf(set('shop-test', OTHER))).toBe('EntityAlreadyExistsException');
    await expect(set('shop', OTHER)).resolves.toBeDefined();
  });
});

test.each([
  ['PutAlternateContact', ['AccessDeniedException', 'TooManyRequestsException', 'ValidationException']],
  ['GetAlternateContact', ['ResourceNotFoundException']],
  ['EnableRegion', ['ConflictException', 'TooManyRequestsException', 'ValidationException']],
  ['StartPrimaryEmailUpdate', ['ConflictException']],
  ['AcceptPrimaryEmailUpdate', ['ResourceNotFoundException', 'ValidationException']],
])('AWS declares the errors of %s that are simulated', (operation, names) => {
  expect([...declaredErrors('account', operation)]).toEqual(expect.arrayContaining(names));
});
