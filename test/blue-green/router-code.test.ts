import { runInNewContext } from 'node:vm';
import { routerCode } from '../../src/blue-green/router-code';

interface Routed {
  readonly side: string;
  /** Domain name of the origin; undefined: that of the behavior. */
  readonly origin?: string;
}

const HEADER = 'x-org-environments-side';
const ORIGINS = { blue: 'blue.example.com', green: 'green.example.com' };

/** Runs the function as the edge does: a script whose only import is the module `cloudfront`. */
function router(values: Readonly<Record<string, unknown>>, sticky = false): (ip?: string) => Promise<Routed> {
  const code = routerCode({ key: 'shares', initialSide: 'blue', sticky, header: HEADER });
  let origin: string | undefined;
  const get = async (key: string): Promise<string> => {
    if (values[key] === undefined) throw new Error(`KeyNotFound ${key}`);
    return typeof values[key] === 'string' ? values[key] : JSON.stringify(values[key]);
  };
  const cf = {
    kvs: () => ({ get }),
    updateRequestOrigin: (update: { domainName: string }) => {
      if (Object.keys(update).join() !== 'domainName') throw new Error('more than the domain name is replaced');
      origin = update.domainName;
    },
  };
  const [first, ...rest] = code.split('\n');
  expect(first).toBe("import cf from 'cloudfront';");
  const handler = runInNewContext(`${rest.join('\n')}\nhandler`, { cf });
  return async (ip = '192.0.2.1') => {
    origin = undefined;
    const headers = { [HEADER]: { value: 'from the viewer' }, host: { value: 'shop' } };
    const request = await handler({ viewer: { ip }, request: { headers, uri: '/' } });
    if (request.uri !== '/' || request.headers.host.value !== 'shop') throw new Error('the request was changed');
    return { side: request.headers[HEADER].value, ...(origin !== undefined && { origin }) };
  };
}

function shares(n: number, green: number, origins = ORIGINS): object {
  return { n, fence: n, blue: 100 - green, green, origins, since: { blue: 1, green: 2 }, at: 0 };
}

const TO_BLUE = { side: 'blue-1', origin: 'blue.example.com' };
const TO_GREEN = { side: 'green-2', origin: 'green.example.com' };

test('before the first release, requests go to the origin of the behavior', async () => {
  expect(await router({})()).toEqual({ side: 'blue-0' });
});

test.each<[number, Routed]>([[0, TO_BLUE], [100, TO_GREEN]])('%p percent of green is one side', async (green, to) => {
  const route = router({ 'shares-1': shares(1, green) });
  const found = new Set<string>();
  for (let n = 0; n < 500; n++) found.add(JSON.stringify(await route()));
  expect([...found]).toEqual([JSON.stringify(to)]);
});

test.each([
  ['the newer of both', { 'shares-1': shares(1, 0), 'shares-2': shares(2, 100) }, TO_GREEN],
  ['the newer of both, in the first key', { 'shares-1': shares(3, 0), 'shares-2': shares(2, 100) }, TO_BLUE],
  ['the other while the newer one is replaced', { 'shares-1': shares(3, 0) }, TO_BLUE],
  ['the other while the older one is replaced', { 'shares-2': shares(2, 100) }, TO_GREEN],
  ['the other if one is not JSON', { 'shares-1': '{', 'shares-2': shares(2, 100) }, TO_GREEN],
])('of the two values of the store, the function uses %s', async (_title, values, to) => {
  expect(await router(values)()).toEqual(to);
});

test('a share of 10 percent is 10 percent of the requests', async () => {
  const route = router({ 'shares-1': shares(1, 10) });
  let greens = 0;
  for (let n = 0; n < 5000; n++) greens += (await route()).origin === ORIGINS.green ? 1 : 0;
  // five standard deviations
  expect(Math.abs(greens / 5000 - 0.1)).toBeLessThan(0.022);
});

describe('a sticky router', () => {
  const viewers = Array.from({ length: 5000 }, (_, n) => `198.51.${Math.floor(n / 256)}.${n % 256}`);
  const sidesAt = async (green: number): Promise<string[]> => {
    const route = router({ 'shares-1': shares(1, green) }, true);
    const sides: string[] = [];
    for (const viewer of viewers) sides.push((await route(viewer)).side);
    return sides;
  };

  test('gives each viewer one side, and each side its share of the viewers', async () => {
    const sides = await sidesAt(10);
    expect(await sidesAt(10)).toEqual(sides);
    expect(Math.abs(sides.filter(side => side === 'green-2').length / viewers.length - 0.1)).toBeLessThan(0.022);
  });

  test('moves viewers only to the side whose share increases', async () => {
    const [before, after] = [await sidesAt(10), await sidesAt(50)];
    expect(after.filter((side, n) => side === 'blue-1' && before[n] === 'green-2')).toEqual([]);
    expect(new Set(await sidesAt(0))).toEqual(new Set(['blue-1']));
    expect(new Set(await sidesAt(100))).toEqual(new Set(['green-2']));
  });
});

test('the code fits into a function, and has no syntax that the runtime lacks', () => {
  for (const sticky of [true, false]) {
    const code = routerCode({ key: 'shares', initialSide: 'blue', sticky, header: HEADER });
    expect(code.length).toBeLessThan(10_240);
    expect(code).not.toMatch(/Promise|\?\?|\?\.|\.\.\.|class |=> /);
  }
});
