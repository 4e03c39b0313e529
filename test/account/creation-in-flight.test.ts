import { owner, vended, Vending } from './vending';

const dev = owner('Dev');
const renamed = owner('Renamed');
const SECOND = 1000;

/** How often AWS was called to create an account. */
function callsToCreate(vending: Vending): number {
  return vending.fate.calls.filter(call => call === 'createAccount').length;
}

/** Claims the account and calls AWS, which has received the call and has not answered yet. */
async function inFlight() {
  const vending = new Vending();
  await vending.begin(dev, vended());
  const call = vending.directory.keepInFlight();
  const first = vending.look(dev, vended());
  await call.received;
  const answer = async () => {
    call.answer();
    await first;
  };
  return { vending, answer };
}

async function expectOneAccount(vending: Vending): Promise<void> {
  expect(callsToCreate(vending)).toBe(1);
  expect(vending.directory.requests.size).toBe(1);
  expect(vending.directory.accounts.map(({ email }) => email)).toEqual(['aws+dev@example.com']);
}

describe('while the call that creates an account is in flight', () => {
  test('no other run calls AWS, until the first one has run for 60 seconds and cannot be alive any more', async () => {
    const { vending, answer } = await inFlight();
    const before = vending.fate.calls.length;
    const progress: unknown[] = [];
    for (const seconds of [0, 15, 15, 15, 14]) {
      vending.clock.now += seconds * SECOND;
      progress.push(await vending.lifecycle.reconcile(dev, vended()));
    }
    expect(progress).toMatchObject([60, 45, 30, 15, 1].map(seconds => ({ done: false, seconds })));
    expect(vending.fate.calls.slice(before)).toEqual(['read', 'read', 'read', 'read', 'read']);
    await answer();
    expect(await vending.finish(dev, vended())).toBe('100000000001');
    await expectOneAccount(vending);
  });

  test('a construct with the same e-mail claims the account, and continues with the answer', async () => {
    const { vending, answer } = await inFlight();
    await vending.begin(renamed, vended());
    await vending.look(renamed, vended());
    await answer();
    expect(await vending.record(vended())).toMatchObject({ state: 'creating', creation: { requestId: 'car-1' } });
    expect(await vending.finish(renamed, vended())).toBe('100000000001');
    await expectOneAccount(vending);
  });

  test('its resource is deleted, and the next one with the same e-mail continues with the answer', async () => {
    const { vending, answer } = await inFlight();
    await vending.remove(dev, vended());
    await answer();
    expect(await vending.record(vended()))
      .toMatchObject({ state: 'available', owners: [], creation: { requestId: 'car-1' } });
    expect(await vending.create(owner('Dev', 'next'), vended())).toBe('100000000001');
    await expectOneAccount(vending);
  });
});

describe('the id of the request', () => {
  /** Lets another writer change the record directly before a request id is written, so that the write fails. */
  function changedBefore(vending: Vending, times: number): void {
    const { registry } = vending;
    const write = registry.write.bind(registry);
    let left = times;
    jest.spyOn(registry, 'write').mockImplementation(async (key, record, version) => {
      if (left > 0 && JSON.stringify(record).includes('requestId')) {
        left -= 1;
        await write(key, { ...await registry.read(key), note: `change ${times - left}` }, version);
      }
      return write(key, record, version);
    });
  }

  test.each([1, 2])('is written after a concurrent writer has changed the record %i times', async times => {
    const vending = new Vending();
    changedBefore(vending, times);
    await vending.begin(dev, vended());
    expect(await vending.lifecycle.reconcile(dev, vended())).toMatchObject({ done: false, seconds: 45 });
    expect(await vending.record(vended())).toMatchObject({ creation: { requestId: 'car-1' }, note: `change ${times}` });
    expect(await vending.finish(dev, vended())).toBe('100000000001');
    await expectOneAccount(vending);
  });

  test('is found with AWS when the registry does not accept it', async () => {
    const vending = new Vending();
    const write = vending.registry.write.bind(vending.registry);
    jest.spyOn(vending.registry, 'write').mockImplementation(async (key, record, version) => {
      if (JSON.stringify(record).includes('requestId')) throw new Error('the table is gone');
      return write(key, record, version);
    });
    await vending.begin(dev, vended());
    await expect(vending.lifecycle.reconcile(dev, vended())).rejects.toThrow('the table is gone');
    expect(await vending.finish(dev, vended())).toBe('100000000001');
    await expectOneAccount(vending);
  });
});

describe('a creation whose answer is lost', () => {
  /** The function dies when AWS has created the request and before its id is written. */
  async function lost(prepare: (vending: Vending) => void): Promise<Vending> {
    const vending = new Vending();
    prepare(vending);
    await vending.begin(dev, vended());
    const calls = new Vending();
    await calls.create(dev, vended());
    vending.fate.dieAt(calls.fate.calls.indexOf('createAccount') + 1 - vending.fate.calls.length, 'after');
    await vending.look(dev, vended());
    expect((await vending.record(vended()))?.creation).toEqual({ since: expect.any(Number), accountName: 'shop-dev' });
    return vending;
  }

  test.each([30, 60])('is found although the clock of AWS is %i seconds behind', async seconds => {
    const vending = await lost(({ directory }) => {
      directory.clockBehind = seconds * SECOND;
      // it is still in progress when it is looked for
      directory.creationTime = 300 * SECOND;
    });
    expect(await vending.finish(dev, vended())).toBe('100000000001');
    await expectOneAccount(vending);
  });

  test('is not mixed up with a creation of the same name that is older than the clocks differ', async () => {
    const vending = await lost(({ directory, clock }) => {
      directory.requests.set('older', {
        wanted: { accountName: 'shop-dev', email: 'other@example.com', roleName: 'role', tags: {} },
        doneAt: Infinity,
        creation: { accountName: 'shop-dev', requestedAt: clock.now - 61 * SECOND, state: 'IN_PROGRESS' },
      });
    });
    expect(await vending.finish(dev, vended())).toBe('100000000001');
  });
});
