import { awsError } from './fake-directory';
import { owner, vended, Vending } from './vending';
import { CREATION_QUEUE } from '../../lambda/account/creation';
import { accountKey } from '../../lambda/registry/account';

const dev = owner('Dev');
const MINUTE = 60_000;

function callsToCreate(vending: Vending): number {
  return vending.fate.calls.filter(call => call === 'createAccount').length;
}

/** Begins the account and lets the function die at the call to AWS, before AWS has received it or after. */
async function killedAtTheCall(when: 'before' | 'after'): Promise<Vending> {
  const vending = new Vending();
  await vending.begin(dev, vended());
  const write = vending.registry.write.bind(vending.registry);
  jest.spyOn(vending.registry, 'write').mockImplementationOnce(async (key, record, version) => {
    vending.fate.dieAt(1, when);
    return write(key, record, version);
  });
  await vending.look(dev, vended());
  expect(vending.fate.calls.at(-1)).toBe('read');
  expect(callsToCreate(vending)).toBe(1);
  expect(vending.directory.requests.size).toBe(when === 'after' ? 1 : 0);
  return vending;
}

/** A creation of another stack of the organization, or made by hand. */
function otherCreation(
  vending: Vending,
  { accountName, email = 'other@example.com', minutes }: { accountName: string; email?: string; minutes: number },
): void {
  vending.directory.requests.set('other', {
    wanted: { accountName, email, roleName: 'OrganizationAccountAccessRole', tags: {} },
    doneAt: vending.clock.now + minutes * MINUTE,
    creation: { accountName, requestedAt: vending.clock.now, state: 'IN_PROGRESS' },
  });
}

describe('a creation whose call did not reach AWS', () => {
  test('is requested again, once', async () => {
    const vending = await killedAtTheCall('before');
    expect(await vending.finish(dev, vended())).toBe('100000000001');
    expect(vending.directory.requests.size).toBe(1);
  });

  test('does not take the account of another request with the same name', async () => {
    const vending = await killedAtTheCall('before');
    otherCreation(vending, { accountName: 'shop-dev', minutes: 0.5 });
    const accountId = await vending.finish(dev, vended());
    expect(vending.directory.accounts.map(account => [account.accountId, account.email])).toEqual([
      [expect.not.stringMatching(accountId), 'other@example.com'],
      [accountId, 'aws+dev@example.com'],
    ]);
  });

  test('does not wait for a request with another name', async () => {
    const vending = await killedAtTheCall('before');
    otherCreation(vending, { accountName: 'warehouse', minutes: 600 });
    await expect(vending.finish(dev, vended())).resolves.toMatch(/^1000/);
  });

  test('is given up when an account with the e-mail, but without the tag, exists by then', async () => {
    const vending = await killedAtTheCall('before');
    vending.directory.add({ email: 'aws+dev@example.com', accountId: '444444444444' });
    await expect(vending.finish(dev, vended())).rejects.toThrow('already belongs to account 444444444444');
    expect(await vending.record(vended())).toMatchObject({ state: 'claimed' });
    expect((await vending.record(vended()))?.creation).toBeUndefined();
    expect(callsToCreate(vending)).toBe(1);
  });
});

test('a creation whose call did not reach AWS waits for its place in the queue', async () => {
  const vending = await killedAtTheCall('before');
  await vending.registry.dequeue(CREATION_QUEUE, accountKey(vended()));
  for (let n = 0; n < 5; n++) {
    await vending.registry.enqueue(CREATION_QUEUE, `account#${n}@example.com`, vending.clock.now);
  }
  vending.clock.now += MINUTE;
  expect(await vending.lifecycle.reconcile(dev, vended())).toMatchObject({ done: false });
  expect(callsToCreate(vending)).toBe(1);
});

describe('a creation whose answer was lost', () => {
  test('is found without a second call, even if AWS writes the e-mail in other letters', async () => {
    const vending = await killedAtTheCall('after');
    vending.clock.now += 2 * MINUTE;
    const [{ accountId }] = vending.directory.accounts;
    vending.directory.change(accountId, { email: 'AWS+Dev@example.com' });
    expect(await vending.finish(dev, vended())).toBe(accountId);
    expect(callsToCreate(vending)).toBe(1);
    expect(await vending.record(vended())).toMatchObject({ createdAt: expect.any(Number) });
    // a request that is found names the account: the e-mail of every account is compared only otherwise
    expect(vending.fate.calls).not.toContain('findAccount');
  });

  test('is found by its e-mail and tag without a second call when AWS has forgotten the request', async () => {
    const vending = await killedAtTheCall('after');
    vending.clock.now += 2 * MINUTE;
    vending.directory.forgetRequests();
    expect(await vending.finish(dev, vended())).toBe('100000000001');
    expect(callsToCreate(vending)).toBe(1);
  });
});

test('an error of AWS that is no rejection keeps the intent, because AWS may have created the account', async () => {
  const vending = new Vending();
  const failure = awsError('InternalFailure', 'failed', { $metadata: { httpStatusCode: 500 } });
  vending.directory.refusals.set('createAccount', [failure]);
  await vending.begin(dev, vended());
  const since = vending.clock.now;
  await expect(vending.lifecycle.reconcile(dev, vended())).rejects.toThrow('failed');
  expect(await vending.record(vended()))
    .toMatchObject({ state: 'creating', creation: { since, accountName: 'shop-dev' } });
  vending.clock.now += 59_000;
  expect(await vending.lifecycle.reconcile(dev, vended())).toMatchObject({ done: false, seconds: 1 });
  expect(callsToCreate(vending)).toBe(1);
});

test('a request that AWS has forgotten after it created the account is not repeated', async () => {
  const vending = new Vending();
  await vending.begin(dev, vended());
  await vending.look(dev, vended());
  vending.clock.now += 2 * MINUTE;
  vending.directory.forgetRequests();
  expect(await vending.finish(dev, vended())).toBe('100000000001');
  expect(callsToCreate(vending)).toBe(1);
});

test('an answer that arrives after the creation was recovered is ignored', async () => {
  const vending = new Vending();
  await vending.begin(dev, vended());
  const call = vending.directory.keepInFlight();
  const first = vending.lifecycle.reconcile(dev, vended());
  await call.received;
  vending.clock.now += MINUTE;
  await vending.lifecycle.reconcile(dev, vended());
  const recovered = await vending.record(vended());
  expect(recovered).toMatchObject({ creation: { requestId: 'car-1' } });
  call.answer();
  await first;
  expect(await vending.record(vended())).toEqual(recovered);
  expect(await vending.finish(dev, vended())).toBe('100000000001');
});

test('an answer that arrives after the account is ready is ignored', async () => {
  const vending = new Vending();
  await vending.begin(dev, vended());
  const call = vending.directory.keepInFlight();
  const first = vending.lifecycle.reconcile(dev, vended());
  await call.received;
  vending.clock.now += MINUTE;
  await vending.finish(dev, vended());
  const ready = await vending.record(vended());
  call.answer();
  await expect(first).resolves.toMatchObject({ done: false });
  expect(await vending.record(vended())).toEqual(ready);
});

describe('a creation that AWS reports as failed', () => {
  test('is repeated if it was requested before CloudFormation sent the current request', async () => {
    const vending = new Vending();
    vending.directory.failures.push('INVALID_PAYMENT_INSTRUMENT');
    await vending.begin(dev, vended());
    await vending.look(dev, vended());
    vending.clock.now += MINUTE;
    await vending.begin(dev, vended());
    expect(await vending.finish(dev, vended())).toBe('100000000001');
  });

  test('because an earlier request of ours has created the account leads to that account', async () => {
    const vending = new Vending();
    await vending.begin(dev, vended());
    await vending.look(dev, vended());
    vending.clock.now += MINUTE;
    const [first] = vending.directory.accounts;
    const request = vending.directory.requests.get('car-1');
    if (request) request.creation = { ...request.creation, state: 'FAILED', failureReason: 'EMAIL_ALREADY_EXISTS' };
    expect(await vending.finish(dev, vended())).toBe(first?.accountId);
    expect(callsToCreate(vending)).toBe(1);
  });

  test('because the e-mail is taken is not confused with a creation of another name', async () => {
    const vending = new Vending();
    vending.directory.takenElsewhere.add('aws+dev@example.com');
    otherCreation(vending, { accountName: 'warehouse', minutes: 10 });
    await expect(vending.create(dev, vended())).rejects.toThrow("the e-mail 'aws+dev@example.com' is taken");
    expect(callsToCreate(vending)).toBe(1);
  });
});

describe('the queue of creations', () => {
  async function join(vending: Vending, count: number): Promise<void> {
    for (let n = 0; n < count; n++) {
      await vending.registry.enqueue(CREATION_QUEUE, `account#${n}@example.com`, vending.clock.now);
    }
  }

  const placeOf = async (ahead: number) => {
    const vending = new Vending();
    await join(vending, ahead);
    await vending.begin(dev, vended());
    return vending.lifecycle.reconcile(dev, vended());
  };

  test('is left by five members at a time, and those further behind look less often', async () => {
    const seconds = [45, 3, 11, 27];
    expect(await Promise.all([4, 5, 6, 8].map(placeOf))).toMatchObject(
      seconds.map(wait => ({ done: false, seconds: wait })),
    );
  });

  test('does not count members that CloudFormation has given up', async () => {
    const vending = new Vending();
    await join(vending, 5);
    vending.clock.now += 66 * MINUTE;
    await vending.begin(dev, vended());
    expect(await vending.lifecycle.reconcile(dev, vended())).toMatchObject({ done: false, seconds: 45 });
    expect(vending.registry.members(CREATION_QUEUE).map(({ member }) => member)).toEqual([accountKey(vended())]);
  });

  test('keeps the place of an account while AWS is temporarily unavailable', async () => {
    const vending = new Vending();
    vending.directory.refusals.set('unitsBelow', [awsError('TooManyRequestsException')]);
    await vending.begin(dev, vended());
    await expect(vending.lifecycle.reconcile(dev, vended())).rejects.toThrow('TooManyRequestsException');
    expect(vending.registry.members(CREATION_QUEUE).map(({ member }) => member)).toEqual([accountKey(vended())]);
  });
});

describe('a new account', () => {
  test('is created when an existing one may be adopted and there is none', async () => {
    const vending = new Vending();
    await expect(vending.create(dev, vended({ onExisting: 'adopt' }))).resolves.toBe('100000000001');
    expect(vending.directory.requests.size).toBe(1);
  });

  test('is recorded with the time of its creation, and its tags are not read', async () => {
    const vending = new Vending();
    await vending.create(dev, vended());
    expect(await vending.record(vended())).toMatchObject({ createdAt: expect.any(Number), tagKeys: ['team'] });
    expect(vending.fate.calls.filter(call => ['tags', 'tag', 'untag'].includes(call))).toEqual([]);
  });

  test('gets the tags of the last request when they change while it is created', async () => {
    const vending = new Vending();
    await vending.begin(dev, vended());
    await vending.look(dev, vended());
    vending.clock.now += 1000;
    const accountId = await vending.update(dev, vended({ tags: { stage: 'dev' } }), vended());
    expect(await vending.directory.tags(accountId)).toEqual({
      'stage': 'dev', 'org-environments:registry-key': '222222222222/account/aws+dev@example.com',
    });
  });
});
