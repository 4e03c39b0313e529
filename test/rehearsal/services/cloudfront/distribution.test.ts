import { CACHING_DISABLED, createDistribution, createStore, origin, ORIGINS } from './world';
import { CICD, World } from '../world';

let world: World;

beforeEach(async () => { world = await World.start(); });
afterEach(async () => { await world.stop(); });

/** Chooses the origin by a share in the store, and the last side if the key is missing. */
const CHOOSE = `
import cf from 'cloudfront';
const store = cf.kvs();
async function handler(event) {
  let side = 'blue';
  try {
    const { green } = await store.get('shares', { format: 'json' });
    side = Math.random() * 100 < green ? 'green' : 'blue';
  } catch (error) {
    event.request.headers['x-fallback'] = { value: String(error.message) };
  }
  event.request.headers['x-side'] = { value: side };
  cf.selectRequestOriginById(side);
  return event.request;
}`;

test('without a function, the origin of the behavior answers', async () => {
  const distribution = await createDistribution(world, {});
  const { fetch, requests } = origin();
  await expect(distribution.handle({ uri: '/a', query: { b: 'c d' } }, fetch)).resolves.toMatchObject({
    status: 200,
    body: 'blue.example.com',
    domainName: 'blue.example.com',
    isCached: false,
    headers: { 'x-cache': 'Miss from cloudfront' },
  });
  expect(requests).toEqual([
    { domainName: 'blue.example.com', method: 'GET', path: '/a?b=c+d', headers: { host: 'blue.example.com' } },
  ]);
});

test('the function chooses the origin for each request by the value of a key', async () => {
  const store = await createStore(world, { shares: '{"blue":70,"green":30}' });
  const distribution = await createDistribution(world, { code: CHOOSE, store });
  const { fetch, requests } = origin();
  for (let count = 0; count < 1000; count++) await distribution.handle({}, fetch);
  const green = requests.filter(({ domainName }) => domainName === 'green.example.com').length;
  // four standard deviations
  expect(Math.abs(green - 300)).toBeLessThan(58);
  expect(requests.every(({ domainName, headers }) => domainName.startsWith(headers['x-side']))).toBe(true);
});

test('concurrent requests do not change the origins of each other', async () => {
  const store = await createStore(world, { shares: '{"blue":50,"green":50}' });
  const distribution = await createDistribution(world, { code: CHOOSE, store });
  const { fetch, requests } = origin();
  await Promise.all(Array.from({ length: 100 }, async () => distribution.handle({}, fetch)));
  expect(requests).toHaveLength(100);
  expect(requests.every(({ domainName, headers }) => domainName.startsWith(headers['x-side']))).toBe(true);
});

test('a key that is missing at the edge is an error that the function can handle', async () => {
  const distribution = await createDistribution(world, { code: CHOOSE, store: await createStore(world) });
  const { fetch, requests } = origin();
  await expect(distribution.handle({}, fetch)).resolves.toMatchObject({ status: 200, body: 'blue.example.com' });
  expect(requests[0].headers['x-fallback']).toBe('KeyNotFound');
});

test('a changed origin inherits what the function does not set', async () => {
  const headers = [{ HeaderName: 'X-Secret', HeaderValue: 's' }];
  const origins = [{ ...ORIGINS[0], OriginPath: '/app', OriginCustomHeaders: headers }];
  const code = `import cf from 'cloudfront';
    function handler(event) {
      cf.updateRequestOrigin({ domainName: 'other.example.com', hostHeader: 'www.example.com' });
      return event.request;
    }`;
  const distribution = await createDistribution(world, { code, origins });
  const { fetch, requests } = origin();
  await distribution.handle({ uri: '/a' }, fetch);
  expect(requests).toEqual([
    {
      domainName: 'other.example.com',
      method: 'GET',
      path: '/app/a',
      headers: { 'host': 'www.example.com', 'x-secret': 's' },
    },
  ]);
});

describe('CloudFront answers itself', () => {
  const answer = async (code: string, origins = ORIGINS) =>
    (await createDistribution(world, { code, origins })).handle({}, origin().fetch);

  test('with the response of the function', async () => {
    const code = 'function handler() { return { statusCode: 403, headers: { a: { value: "b" } }, body: "no" }; }';
    await expect(answer(code)).resolves.toMatchObject({ status: 403, body: 'no', headers: { a: 'b' } });
  });

  test('with 503 if the function fails', async () => {
    await expect(answer('function handler() { throw new Error("x"); }')).resolves.toMatchObject({
      status: 503,
      headers: { 'x-cache': 'FunctionExecutionError from cloudfront' },
    });
  });

  const select = (call: string): string =>
    `import cf from 'cloudfront'; function handler(event) { ${call}; return event.request; }`;

  test('with 502 if the function chooses an origin that does not exist', async () => {
    await expect(answer(select('cf.selectRequestOriginById("red")'))).resolves.toMatchObject({
      status: 502,
      headers: { 'x-cache': 'FunctionValidationError from cloudfront' },
    });
  });

  test('with 502 if the function sets a host for an origin with access control', async () => {
    const origins = [{ ...ORIGINS[0], OriginAccessControlId: 'E1' }];
    await expect(
      answer(select('cf.updateRequestOrigin({ hostHeader: "www.example.com" })'), origins),
    ).resolves.toMatchObject({ status: 502 });
  });

  test('with 502 if the origin does not answer', async () => {
    const distribution = await createDistribution(world, {});
    const fetch = async (): Promise<never> => { throw new Error('ECONNREFUSED'); };
    await expect(distribution.handle({}, fetch)).resolves.toMatchObject({
      status: 502,
      domainName: 'blue.example.com',
    });
  });
});

describe('the cache', () => {
  const ALTERNATE = `
    import cf from 'cloudfront';
    let count = 0;
    function handler(event) {
      const side = ['blue', 'green'][count++ % 2];
      event.request.headers['x-side'] = { value: side };
      cf.selectRequestOriginById(side);
      return event.request;
    }`;

  async function policy(headers: readonly string[]): Promise<string> {
    const { id } = await world.type('AWS::CloudFront::CachePolicy').create(
      {
        CachePolicyConfig: {
          Name: 'policy',
          MinTTL: 0,
          DefaultTTL: 600,
          MaxTTL: 600,
          ParametersInCacheKeyAndForwardedToOrigin: {
            HeadersConfig: { HeaderBehavior: headers.length > 0 ? 'whitelist' : 'none', Headers: headers },
            CookiesConfig: { CookieBehavior: 'none' },
            QueryStringsConfig: { QueryStringBehavior: 'all' },
          },
        },
      },
      world.context(CICD),
    );
    return id;
  }

  async function bodies(cachePolicyId: string, uris = ['/', '/', '/', '/']): Promise<string[]> {
    const distribution = await createDistribution(world, { code: ALTERNATE, cachePolicyId });
    const { fetch } = origin();
    const answers = [];
    for (const uri of uris) answers.push(await distribution.handle({ uri }, fetch));
    return answers.map(({ body, isCached }) => `${body.split('.')[0]}${isCached ? ' cached' : ''}`);
  }

  test('answers for another origin, because the origin is not part of its key', async () => {
    await expect(bodies(await policy([]))).resolves.toEqual(['blue', 'blue cached', 'blue cached', 'blue cached']);
  });

  test('separates the origins by a header in its key', async () => {
    await expect(bodies(await policy(['X-Side']))).resolves.toEqual(['blue', 'green', 'blue cached', 'green cached']);
  });

  test('separates paths', async () => {
    await expect(bodies(await policy([]), ['/a', '/b', '/a'])).resolves.toEqual(['blue', 'green', 'blue cached']);
  });

  test('forgets answers after their time', async () => {
    const advance = world.holdTime();
    const distribution = await createDistribution(world, { cachePolicyId: await policy([]) });
    const { fetch, requests } = origin({ 'cache-control': 'max-age=60' });
    await distribution.handle({}, fetch);
    advance(59);
    await expect(distribution.handle({}, fetch)).resolves.toMatchObject({ isCached: true });
    advance(1);
    await distribution.handle({}, fetch);
    expect(requests).toHaveLength(2);
  });

  test('keeps no answer that must not be stored', async () => {
    const distribution = await createDistribution(world, { cachePolicyId: await policy([]) });
    const { fetch, requests } = origin({ 'cache-control': 'no-store' });
    await distribution.handle({}, fetch);
    await distribution.handle({}, fetch);
    expect(requests).toHaveLength(2);
  });
});

describe('a template', () => {
  const create = async (behavior: Record<string, unknown>, more: Record<string, unknown> = {}) =>
    world.type('AWS::CloudFront::Distribution').create(
      { DistributionConfig: { Enabled: true, Origins: ORIGINS, DefaultCacheBehavior: behavior, ...more } },
      world.context(CICD),
    );

  test('with an invalid origin is rejected', async () => {
    await expect(create({ TargetOriginId: 'red' })).rejects.toThrow(
      'One or more of your origins or origin groups do not exist.',
    );
  });

  test.each([
    ['function', { FunctionAssociations: [{ EventType: 'viewer-request', FunctionARN: 'arn:x' }] }, 503],
    ['cache policy', { CachePolicyId: 'x' }, 502],
  ])('with an imported %s is accepted; requests are answered with an error', async (_title, behavior, status) => {
    const { id } = await create({ TargetOriginId: 'blue', ...behavior });
    await expect(world.cloudfront.distribution(id)?.handle({}, origin().fetch)).resolves.toMatchObject({ status });
  });

  test('can name an origin group', async () => {
    const groups = { Items: [{ Id: 'both', Members: { Items: [{ OriginId: 'green' }, { OriginId: 'blue' }] } }] };
    const { id } = await create({ TargetOriginId: 'both', CachePolicyId: CACHING_DISABLED }, { OriginGroups: groups });
    await expect(world.cloudfront.distribution(id)?.handle({}, origin().fetch)).resolves.toMatchObject({
      body: 'green.example.com',
    });
  });

  test('with an invalid function is rejected', async () => {
    const store = await createStore(world);
    await expect(createDistribution(world, { code: CHOOSE, store, runtime: 'cloudfront-js-1.0' })).rejects.toThrow(
      'needs the runtime cloudfront-js-2.0',
    );
    const long = `//${'x'.repeat(10_240)}`;
    await expect(createDistribution(world, { code: long })).rejects.toThrow('maximum size of 10 KB');
  });
});

test('a function in use cannot be deleted; its new code is used after an update', async () => {
  const type = world.type('AWS::CloudFront::Function');
  const properties = (status: number): Record<string, unknown> => ({
    Name: 'choose',
    FunctionCode: `function handler() { return { statusCode: ${status} }; }`,
    FunctionConfig: { Runtime: 'cloudfront-js-2.0' },
  });
  const distribution = await createDistribution(world, { code: String(properties(201).FunctionCode) });
  const { FunctionARN: arn } = distribution.config.DefaultCacheBehavior.FunctionAssociations[0];
  await expect(type.remove(arn, properties(201), world.context(CICD))).rejects.toThrow('a distribution uses it');
  await type.update(arn, properties(202), properties(201), world.context(CICD));
  await expect(distribution.handle({}, origin().fetch)).resolves.toMatchObject({ status: 202 });
  await world.type('AWS::CloudFront::Distribution').remove(distribution.id, {}, world.context(CICD));
  await type.remove(arn, properties(202), world.context(CICD));
  expect(world.cloudfront.functions.has(arn)).toBe(false);
});
