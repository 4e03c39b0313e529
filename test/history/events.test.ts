import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EventBus } from '../../lambda/history/events';
import type { HistoryEntry } from '../../src/history/contract';
import { CHANGES } from '../../src/history/contract';

const ENTRY: HistoryEntry = {
  at: '2026-01-01T12:00:00.000Z',
  change: CHANGES.halt,
  outcome: 'succeeded',
  by: 'anna',
  requestId: 'request-1',
  environmentName: 'prod',
};

interface Received {
  readonly headers: Record<string, unknown>;
  readonly body: { readonly Entries: readonly Record<string, string>[] };
}

/** Puts entries to a server that returns these answers, and returns the requests. */
async function put(entries: readonly HistoryEntry[], ...answers: readonly (readonly [number, object])[]) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      received.push({ headers: request.headers, body: JSON.parse(text) });
      const [status, answer] = answers[received.length - 1] ?? [200, { FailedEntryCount: 0 }];
      response.writeHead(status).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const bus = new EventBus({
    EVENTS_ENDPOINT: `http://127.0.0.1:${port}`,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'AKIA',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_SESSION_TOKEN: 'token',
  });
  try {
    await bus.put(entries);
    return received;
  } finally {
    server.close();
  }
}

test('an entry becomes an event with the change as its detail type', async () => {
  const [{ body, headers }] = await put([ENTRY]);
  expect(body.Entries.map(({ Detail, ...event }) => ({ ...event, detail: JSON.parse(Detail) }))).toEqual([
    { Source: 'org-environments', DetailType: 'Halt', EventBusName: 'org-environments', detail: ENTRY },
  ]);
  expect(headers).toMatchObject({
    'x-amz-target': 'AWSEvents.PutEvents',
    'x-amz-security-token': 'token',
    'authorization': expect.stringMatching(
      /^AWS4-HMAC-SHA256 Credential=AKIA\/\d{8}\/eu-central-1\/events\/aws4_request, SignedHeaders=[^,]*host[^,]*, /,
    ),
  });
});

test('ten events are put in one request', async () => {
  expect((await put(Array.from({ length: 23 }, () => ENTRY))).map(({ body }) => body.Entries.length)).toEqual([
    10, 10, 3,
  ]);
});

test('an event that AWS could not take is put again', async () => {
  expect(await put([ENTRY], [500, {}], [200, { FailedEntryCount: 1 }])).toHaveLength(3);
});

test('an event that AWS rejects is not put again', async () => {
  await expect(put([ENTRY], [400, { __type: 'AccessDeniedException' }])).rejects.toThrow(
    'PutEvents returned HTTP status 400: {"__type":"AccessDeniedException"}',
  );
});
