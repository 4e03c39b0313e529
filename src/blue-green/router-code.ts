import { keysOf } from './contract';

interface RouterOptions {
  readonly key: string;
  readonly initialSide: string;
  readonly sticky: boolean;
  readonly header: string;
}

/**
 * The code of the function that chooses the side of a request. The runtime is a subset of JavaScript without promise
 * combinators (they need too much memory). A share is compared with the same number for a viewer, so that viewers
 * change their side once while a share increases.
 */
export function routerCode({ key, initialSide, sticky, header }: RouterOptions): string {
  const [first, second] = keysOf(key).map(name => JSON.stringify(name));
  return `import cf from 'cloudfront';

const store = cf.kvs();

async function read(key) {
  try {
    return JSON.parse(await store.get(key));
  } catch (error) {
    return undefined;
  }
}

${sticky ? STICKY : EVERY_REQUEST}

async function handler(event) {
  const request = event.request;
  const first = await read(${first});
  const second = await read(${second});
  const current = !first || (second && second.n > first.n) ? second : first;
  let side = ${JSON.stringify(initialSide)};
  let since = 0;
  if (current) {
    side = percent(event) < current.green ? 'green' : 'blue';
    since = current.since[side];
    cf.updateRequestOrigin({ domainName: current.origins[side] });
  }
  request.headers[${JSON.stringify(header)}] = { value: side + '-' + since };
  return request;
}
`;
}

const EVERY_REQUEST = `function percent() {
  return Math.random() * 100;
}`;

/** FNV-1a, whose high bits are mixed well enough for similar addresses after one more multiplication. */
const STICKY = `function percent(event) {
  const ip = event.viewer.ip;
  let hash = 2166136261;
  for (let i = 0; i < ip.length; i++) {
    hash = Math.imul(hash ^ ip.charCodeAt(i), 16777619);
  }
  hash = Math.imul(hash ^ (hash >>> 15), 2246822507);
  hash = Math.imul(hash ^ (hash >>> 13), 3266489909);
  return (((hash ^ (hash >>> 16)) >>> 0) / 4294967296) * 100;
}`;
