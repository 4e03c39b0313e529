import { itemSize } from 'dynalite/db';
import * as v from 'valibot';
import type { Database } from './dynalite-database';
import { BATCH_BYTES } from './quotas';
import { isRecord } from '../../core/protocol/json';
import { read } from '../../core/protocol/read';

const Items = v.array(v.record(v.string(), v.unknown()));
const Requests = v.record(v.string(), v.looseObject({ Keys: Items }));
const Answer = v.object({ Responses: v.record(v.string(), Items), UnprocessedKeys: v.optional(Requests, {}) });

/** BatchGetItem with the response limit of DynamoDB: dynalite returns 1 MB, AWS 16 MB. */
export async function batchGet(database: Database, input: Record<string, unknown>): Promise<Record<string, unknown>> {
  const responses: Record<string, unknown[]> = {};
  let bytes = 0;
  for (let requests = input.RequestItems; ;) {
    const page = read(Answer, await database.run('BatchGetItem', { ...input, RequestItems: requests }));
    bytes += Object.values(page.Responses).flat().reduce((total, item) => total + itemSize(item), 0);
    if (bytes > BATCH_BYTES) return { Responses: responses, UnprocessedKeys: requests };
    for (const [name, items] of Object.entries(page.Responses)) (responses[name] ??= []).push(...items);
    if (Object.keys(page.UnprocessedKeys).length === 0) return { Responses: responses, UnprocessedKeys: {} };
    requests = remaining(input.RequestItems, page.UnprocessedKeys);
  }
}

/** dynalite omits the expressions from the unprocessed keys. */
function remaining(requests: unknown, unprocessed: v.InferOutput<typeof Requests>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(unprocessed).map(([name, { Keys }]) => {
    const request = isRecord(requests) ? requests[name] : undefined;
    return [name, { ...isRecord(request) && request, Keys }];
  }));
}
