import fc from 'fast-check';
import { existing, owner, vended, Vending } from './vending';
import { CREATION_QUEUE } from '../../lambda/account/creation';

const dev = owner('Dev');

async function expectOneReadyAccount(vending: Vending, email: string): Promise<void> {
  const accounts = vending.directory.accounts.filter(account => account.email === email);
  expect(accounts).toHaveLength(1);
  const record = await vending.record(vended({ email }));
  expect(record).toMatchObject({ state: 'ready', accountId: accounts[0]?.accountId });
  expect(vending.registry.members(CREATION_QUEUE)).toEqual([]);
  expect([...vending.directory.requests.values()].map(({ creation }) => creation.state)).toEqual(['SUCCEEDED']);
}

/**
 * Runs the same story again and again, dying one call later each time, until it is over before the call at which to
 * die.
 */
async function dyingAtEveryCall(when: 'before' | 'after', story: (vending: Vending) => Promise<void>): Promise<number> {
  for (let call = 1; ; call++) {
    const vending = new Vending();
    vending.fate.dieAt(call, when);
    try {
      await story(vending);
    } catch (error) {
      throw new Error(`died ${when} call ${call} (${vending.fate.calls[call - 1]}): ${String(error)}`, {
        cause: error,
      });
    }
    if (vending.fate.calls.length < call) return call - 1;
  }
}

describe.each(['before', 'after'] as const)('a handler that is killed %s any of its calls', when => {
  test('creates one account, and it is ready', async () => {
    const calls = await dyingAtEveryCall(when, async vending => {
      await vending.create(dev, vended());
      await expectOneReadyAccount(vending, 'aws+dev@example.com');
      expect(vending.directory.unitOf('100000000001')).toBe('Test');
      expect(vending.directory.moves).toHaveLength(1);
    });
    expect(calls).toBeGreaterThan(25);
  });

  test('adopts one account', async () => {
    await dyingAtEveryCall(when, async vending => {
      const accountId = vending.directory.add({
        email: 'aws+dev@example.com',
        roleName: 'OrganizationAccountAccessRole',
        tags: { cost: '1' },
      });
      expect(await vending.create(dev, vended({ onExisting: 'adopt' }))).toBe(accountId);
      expect(vending.directory.accounts).toHaveLength(1);
      expect(vending.directory.requests.size).toBe(0);
      expect(await vending.directory.tags(accountId)).toMatchObject({ cost: '1', team: 'shop' });
    });
  });

  test('releases the account, and adopts the same one again', async () => {
    await dyingAtEveryCall(when, async vending => {
      const accountId = await vending.create(dev, vended());
      await vending.remove(dev, vended());
      expect(await vending.record(vended())).toMatchObject({ state: 'available', owners: [], accountId });
      expect(await vending.create(owner('Dev', 'other'), vended({ accountName: 'renamed' }))).toBe(accountId);
      await expectOneReadyAccount(vending, 'aws+dev@example.com');
      expect(vending.directory.accounts[0]?.accountName).toBe('renamed');
    });
  });

  test('changes name, tags and unit once', async () => {
    await dyingAtEveryCall(when, async vending => {
      const accountId = await vending.create(dev, vended());
      await vending.directory.tag(accountId, { theirs: 'kept' });
      const changed = vended({
        accountName: 'shop-new',
        organizationalUnit: 'ou-root-prodprod',
        tags: { stage: 'new' },
      });
      expect(await vending.update(dev, changed, vended())).toBe(accountId);
      expect(vending.directory.unitOf(accountId)).toBe('Prod');
      expect(vending.directory.accounts[0]?.accountName).toBe('shop-new');
      expect(await vending.directory.tags(accountId)).toEqual({
        'theirs': 'kept',
        'stage': 'new',
        'org-environments:registry-key': '222222222222/account/aws+dev@example.com',
      });
    });
  });

  test('completes an unfinished account for the next request with its e-mail', async () => {
    await dyingAtEveryCall(when, async vending => {
      await vending.begin(dev, vended());
      await vending.look(dev, vended());
      await vending.look(dev, vended());
      await vending.remove(dev, vended());
      expect(await vending.create(owner('Dev', 'next'), vended())).toBe('100000000001');
      await expectOneReadyAccount(vending, 'aws+dev@example.com');
    });
  });

  test('prepares an existing account', async () => {
    await dyingAtEveryCall(when, async vending => {
      vending.directory.add({
        accountId: '333333333333',
        email: 'x@example.com',
        roleName: 'OrganizationAccountAccessRole',
      });
      expect(await vending.create(dev, existing())).toBe('333333333333');
      expect(vending.directory.stacksOf('333333333333').begun).toEqual([
        'create org-environments-baseline',
        'create CDKToolkit',
      ]);
    });
  });
});

test('a handler that is killed repeatedly creates one account', async () => {
  const death = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.constantFrom('before' as const, 'after' as const));
  await fc.assert(
    fc.asyncProperty(death, fc.array(death, { maxLength: 12 }), async ([call, when], later) => {
      const vending = new Vending();
      vending.fate.dieAt(call, when, ...later);
      await vending.create(dev, vended());
      await expectOneReadyAccount(vending, 'aws+dev@example.com');
    }),
    { numRuns: 300 },
  );
});

test('two concurrent runs of an event create one account, in any order of their calls', async () => {
  const somePauses = fc.array(fc.constantFrom(0, 15_000, 70_000), { minLength: 6, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), somePauses, async (scheduler, pauses) => {
      const vending = new Vending(
        port =>
          new Proxy(port, {
            get: (target, name) => {
              const value: unknown = Reflect.get(target, name, target);
              if (typeof value !== 'function') return value;
              return async (...parameters: unknown[]) => {
                await scheduler.schedule(Promise.resolve(), String(name));
                return Reflect.apply(value, target, parameters);
              };
            },
          }),
      );
      const twice = async (run: () => Promise<unknown>) => {
        const runs = Promise.allSettled([run(), run()]);
        await scheduler.waitFor(runs);
      };
      await twice(() => vending.lifecycle.requestCreate(dev, vended()));
      for (const pause of pauses) {
        await twice(() => vending.look(dev, vended()));
        vending.clock.now += pause;
      }
      await scheduler.waitFor(vending.finish(dev, vended()));
      await expectOneReadyAccount(vending, 'aws+dev@example.com');
    }),
    { numRuns: 40 },
  );
});
