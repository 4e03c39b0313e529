import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordRequest } from '../../lambda/registry/request';
import type { Lifecycle } from '../../lambda/shared/lifecycle';
import { waitFor } from '../../lambda/shared/lifecycle';
import { serve } from '../../lambda/shared/serve';
import type { Outcome, ResourceRequest } from '../../src/kinds/contract';
import { KINDS } from '../../src/kinds/list';
import { FakeRegistry } from '../registry/fake-registry';

const LAMBDA = join(__dirname, '../../lambda');
const files = readdirSync(LAMBDA, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'));
const sourceOf = (name: string): string => readFileSync(join(LAMBDA, name), 'utf8');
const MINUTE = 60_000;

/** The words for a wait that the code gives; those in a template begin with its text. */
function wordsIn(source: string): readonly string[] {
  return [...source.matchAll(/\b(?:waitFor|checkAgainIn)\((?:[\w.]+,\s*)?(['"`])(.*?)\1/gs)].map(([, , text]) => text);
}

/** The files that define lifecycles. */
const LIFECYCLES = files.filter(name => /implements (?:Required<|Omit<)?Lifecycle</.test(sourceOf(name)));

test('the requests of every type of resources are served with the limit and the words for all', () => {
  // every lifecycle belongs to the handler of a kind
  const folders = new Set(LIFECYCLES.map(name => name.split('/')[0]));
  const kinds = new Set(KINDS.map(({ name }) => name));
  const shared = ['cloudformation', 'shared'];
  expect([...folders].filter(name => !kinds.has(name) && !shared.includes(name))).toEqual([]);
  expect(LIFECYCLES.length).toBeGreaterThan(10);
  for (const { name } of KINDS) expect(sourceOf(`${name}/handler.ts`)).toContain('= serve(');
});

test('no lifecycle waits without words: only two functions create a wait, and they require them', () => {
  expect(files.filter(name => /\bdone: false\b/.test(sourceOf(name)))).toEqual(['shared/lifecycle.ts']);
  const ofKinds = files.filter(name => KINDS.some(kind => name.startsWith(`${kind.name}/`)));
  const words = ofKinds.flatMap(name => wordsIn(sourceOf(name)));
  expect(words.length).toBeGreaterThan(20);
  expect(words.filter(text => text.trim().length < 5)).toEqual([]);
});

test.each(['Create', 'Update', 'Delete'] as const)('a %s that waits ends within an hour with words', async what => {
  const request: ResourceRequest = {
    requestId: 'request-1',
    requestType: what,
    stackId: 'arn:aws:cloudformation:eu-central-1:222222222222:stack/environments/0f3c',
    logicalId: 'Dev',
    physicalId: 'Dev-0123456789abcdef',
    ownerId: 'Dev-0123456789abcdef',
    properties: {},
    ...(what === 'Update' && { oldProperties: {} }),
  };
  const lifecycle: Lifecycle<object, object> = {
    requestCreate: async () => undefined,
    requestUpdate: async () => undefined,
    requestDelete: async () => undefined,
    reconcile: async () => waitFor('AWS'),
    reconcileDelete: async () => waitFor('AWS'),
    check: async () => [],
    requestRepair: async () => undefined,
  };
  let time = 0;
  const registry = new FakeRegistry();
  await recordRequest(registry, { ...request, responseUrl: 'https://response.example' }, time);
  const status = { isInProgress: async () => true, stateOf: async () => 'in progress' as const };
  const handler = serve(lifecycle, registry, status, () => time);
  let outcome: Outcome = await handler(request);
  while (outcome.state === 'waiting' && time < 60 * MINUTE) {
    time += outcome.seconds * 1000;
    outcome = await handler({ ...request, step: { outcome } });
  }
  expect(outcome).toEqual({
    state: 'failed',
    reason: "'Dev' is not complete after 55 minutes: it waits for AWS; "
      + (what === 'Delete'
        ? 'in a few minutes, delete it again (if it is no longer in the app, put it back and deploy first)'
        : 'deploy again in a few minutes'),
  });
});
