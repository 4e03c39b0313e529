import { owner, vended, Vending } from './vending';
import { CREATION_QUEUE } from '../../lambda/account/creation';

const requests = Array.from({ length: 10 }, (_, index) =>
  vended({ email: `aws+${index}@example.com`, accountName: `shop-${index}` }),
);

async function vendAll(vending: Vending): Promise<void> {
  for (const [index, request] of requests.entries()) await vending.begin(owner(`Env${index}`), request);
  const ready = new Set<number>();
  for (let count = 0; count < 100 && ready.size < requests.length; count++) {
    for (const [index, request] of requests.entries()) {
      if (!ready.has(index) && (await vending.look(owner(`Env${index}`), request))) ready.add(index);
      // polls do not come at the same moment
      vending.clock.now += 1000;
    }
    vending.clock.now += 5000;
  }
  expect(ready.size).toBe(requests.length);
}

test('ten accounts are created five at a time, in the order of their requests', async () => {
  const vending = new Vending();
  await vendAll(vending);
  expect(vending.directory.mostInFlight).toBe(5);
  expect([...vending.directory.requests.values()].map(({ wanted }) => wanted.accountName)).toEqual(
    requests.map(({ accountName }) => accountName),
  );
  expect(vending.registry.members(CREATION_QUEUE)).toEqual([]);
});

test('throttling and creations by other principals only delay accounts', async () => {
  const vending = new Vending();
  const throttled = () =>
    Object.assign(new Error('slow down'), { name: 'TooManyRequestsException', $metadata: { httpStatusCode: 400 } });
  vending.directory.refusals.set('createAccount', Array.from({ length: 12 }, throttled));
  await vendAll(vending);
  expect(vending.directory.accounts).toHaveLength(10);
});

test('members of the queue that were killed are removed after CloudFormation has stopped waiting', async () => {
  const vending = new Vending();
  for (let count = 0; count < 5; count++) {
    await vending.registry.enqueue(CREATION_QUEUE, `account#dead${count}@example.com`, vending.clock.now - 1);
  }
  await vending.begin(owner('Dev'), vended());
  expect(await vending.look(owner('Dev'), vended())).toBeUndefined();
  expect(vending.directory.requests.size).toBe(0);
  vending.clock.now += 66 * 60_000;
  await expect(vending.finish(owner('Dev'), vended())).rejects.toThrow('it waits for AWS to create the account');
  await vending.remove(owner('Dev'), vended());
  await vending.create(owner('Dev'), vended());
  expect(vending.registry.members(CREATION_QUEUE)).toEqual([]);
});
