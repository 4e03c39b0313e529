import { awsError } from './fake-directory';
import { owner, vended, Vending } from './vending';
import { CREATION_QUEUE } from '../../lambda/account/creation';

const dev = owner('Dev');
const MINUTE = 60_000;

/** Five others are being created, for some minutes. */
async function busy(vending: Vending): Promise<() => Promise<void>> {
  const members = Array.from({ length: 5 }, (_, index) => `account#other${index}@example.com`);
  for (const member of members) await vending.registry.enqueue(CREATION_QUEUE, member, vending.clock.now - 1);
  return async () => {
    for (const member of members) await vending.registry.dequeue(CREATION_QUEUE, member);
  };
}

async function expectToGoOn(vending: Vending): Promise<void> {
  expect(vending.registry.members(CREATION_QUEUE).map(({ member }) => member)).not.toContain(
    'account#aws+dev@example.com',
  );
  await vending.remove(dev, vended());
  const accountId = await vending.create(dev, vended());
  expect(vending.directory.accounts).toEqual([expect.objectContaining({ accountId, email: 'aws+dev@example.com' })]);
  expect(vending.directory.requests.size).toBe(1);
}

describe('an account that is not ready after 40 minutes fails', () => {
  test('because it waits in the queue, leaves the queue, and is created by the next deployment', async () => {
    const vending = new Vending();
    const free = await busy(vending);
    const started = vending.clock.now;
    await expect(vending.create(dev, vended())).rejects.toThrow(
      "account 'shop-dev' (aws+dev@example.com) is not ready after 40 minutes: "
        + 'it waits for its turn at place 1 of the queue, because AWS creates at most five accounts concurrently; '
        + 'deploy again to continue',
    );
    expect(vending.clock.now - started).toBe(40 * MINUTE + 15_000);
    expect(vending.directory.requests.size).toBe(0);
    await free();
    await expectToGoOn(vending);
  });

  test('because AWS is still creating it, and continues in the next deployment', async () => {
    const vending = new Vending();
    vending.directory.creationTime = 45 * MINUTE;
    await expect(vending.create(dev, vended())).rejects.toThrow(
      "account 'shop-dev' (aws+dev@example.com) is not ready after 40 minutes: "
        + 'it waits for AWS to create the account; deploy again to continue',
    );
    await expectToGoOn(vending);
  });

  test('because AWS has not activated it, and continues in the next deployment', async () => {
    const vending = new Vending();
    vending.directory.creationTime = 35 * MINUTE;
    vending.directory.usableAfter = 10 * MINUTE;
    await expect(vending.create(dev, vended())).rejects.toThrow(
      "account 'shop-dev' (aws+dev@example.com) is not ready after 40 minutes: "
        + 'AWS has not activated account 100000000001 yet; if it stays PENDING_ACTIVATION, complete its sign-up as its '
        + 'root user, or ask AWS Support; the last error was AccessDenied: User: '
        + 'arn:aws:sts::999999999999:assumed-role/x is not authorized to perform: sts:AssumeRole on resource: '
        + 'OrganizationAccountAccessRole; '
        + 'deploy again to continue',
    );
    await expectToGoOn(vending);
  });

  test('because its services are not available, and continues in the next deployment', async () => {
    const vending = new Vending();
    vending.directory.creationTime = 35 * MINUTE;
    vending.directory.refusals.set(
      'stacksIn',
      Array.from({ length: 100 }, () => awsError('AccessDenied')),
    );
    vending.directory.usableAfter = 0;
    await expect(vending.create(dev, vended())).rejects.toThrow(
      "account 'shop-dev' (aws+dev@example.com) is not ready after 40 minutes: "
        + 'it waits for the services of account 100000000001, which are not available yet; the last error was '
        + 'AccessDenied: AccessDenied; deploy again to continue',
    );
    vending.directory.refusals.clear();
    await expectToGoOn(vending);
  });
});

test('an update of an account has 40 minutes of its own', async () => {
  const vending = new Vending();
  const accountId = await vending.create(dev, vended());
  vending.clock.now += 7 * 24 * 60 * MINUTE;
  expect(await vending.update(dev, vended({ tags: {} }), vended())).toBe(accountId);
});
