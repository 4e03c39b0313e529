import * as v from 'valibot';
import { noKey, type KeyValueStore, type Propagation } from './key-value-store';
import type { Stores } from './stores';
import { on, textOf } from '../../core/permissions';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Call, Environment, Operation, Service } from '../../core/service';

const UPDATES = 50;
const PAGE = 50;

const StoreInput = v.object({ KvsARN: v.string() });
const KeyInput = v.object({ Key: v.string() });
const PutInput = v.object({ Key: v.string(), Value: v.string() });
const UpdateInput = v.object({
  Puts: v.optional(v.array(PutInput), []),
  Deletes: v.optional(v.array(KeyInput), []),
});
const ListInput = v.object({
  MaxResults: v.optional(v.pipe(v.union([v.number(), v.string()]), v.transform(Number)), PAGE),
  NextToken: v.optional(v.string(), '0'),
});

/** Amazon CloudFront KeyValueStore: the keys of key value stores. Signed with SigV4A, in all regions. */
export class KeyValueStores implements Service {
  public readonly name = 'cloudfront-keyvaluestore';
  public readonly protocol = 'rest-json';
  public readonly routes = {
    DescribeKeyValueStore: 'GET /key-value-stores/{KvsARN}',
    ListKeys: 'GET /key-value-stores/{KvsARN}/keys',
    UpdateKeys: 'POST /key-value-stores/{KvsARN}/keys',
    GetKey: 'GET /key-value-stores/{KvsARN}/keys/{Key}',
    PutKey: 'PUT /key-value-stores/{KvsARN}/keys/{Key}',
    DeleteKey: 'DELETE /key-value-stores/{KvsARN}/keys/{Key}',
  };
  public readonly restNames = { headers: { IfMatch: 'if-match', ETag: 'etag' } };
  public readonly operations: Record<string, Operation> = {
    DescribeKeyValueStore: async call => described(this.storeOf(call)),
    ListKeys: async call => listKeys(this.storeOf(call), call.input),
    GetKey: async call => this.getKey(call),
    PutKey: async call => {
      const { Key: key, Value: value } = read(PutInput, call.input);
      return this.update(call, new Map([[key, value]]), []);
    },
    DeleteKey: async call => this.update(call, new Map(), [read(KeyInput, call.input).Key]),
    UpdateKeys: async call => this.updateKeys(call),
  };
  public readonly permissions = on(Object.keys(this.operations), call => textOf(call, 'KvsARN'));

  public constructor(
    private readonly environment: Environment,
    private readonly stores: Stores,
    private readonly propagation: () => Propagation,
  ) {}

  private getKey(call: Call): unknown {
    const store = this.storeOf(call);
    const { Key: key } = read(KeyInput, call.input);
    const value = store.keys.get(key);
    if (value === undefined) throw noKey(key);
    return { Key: key, Value: value, ...sizes(store) };
  }

  private updateKeys(call: Call): unknown {
    const { Puts: puts, Deletes: deletes } = read(UpdateInput, call.input);
    const count = puts.length + deletes.length;
    if (count === 0 || count > UPDATES) {
      throw new AwsError('ValidationException', `The request has ${count} keys; it must have 1 to ${UPDATES}`);
    }
    if (new Set([...puts, ...deletes].map(({ Key: key }) => key)).size < count) {
      throw new AwsError('ValidationException', 'The request has a key more than once');
    }
    const values = new Map(puts.map(({ Key: key, Value: value }) => [key, value]));
    return this.update(call, values, deletes.map(({ Key: key }) => key));
  }

  private update(call: Call, puts: ReadonlyMap<string, string>, deletes: readonly string[]): unknown {
    const store = this.storeOf(call);
    const tag = textOf(call, 'IfMatch');
    if (tag === '') throw new AwsError('ValidationException', 'The If-Match header is missing');
    store.update(tag, puts, deletes, this.environment.clock.now(), this.propagation());
    return { ...sizes(store), ETag: store.etag };
  }

  private storeOf(call: Call): KeyValueStore {
    const { KvsARN: arn } = read(StoreInput, call.input);
    const store = this.stores.byArn(arn);
    if (store === undefined || store.accountId !== call.caller.accountId) {
      throw new AwsError('ResourceNotFoundException', `Key value store not found: ${arn}`, 404);
    }
    return store;
  }
}

function described(store: KeyValueStore): unknown {
  return {
    ...sizes(store),
    KvsARN: store.arn,
    Created: new Date(store.createdAt),
    LastModified: new Date(store.modifiedAt),
    Status: 'READY',
    ETag: store.etag,
  };
}

function listKeys(store: KeyValueStore, input: Record<string, unknown>): unknown {
  const { MaxResults: size, NextToken: token } = read(ListInput, input);
  const sorted = [...store.keys].sort(([one], [other]) => one < other ? -1 : 1);
  const end = Number(token) + Math.min(size, PAGE);
  return {
    Items: sorted.slice(Number(token), end).map(([Key, Value]) => ({ Key, Value })),
    NextToken: end < sorted.length ? String(end) : undefined,
  };
}

function sizes(store: KeyValueStore): { ItemCount: number; TotalSizeInBytes: number } {
  return { ItemCount: store.keys.size, TotalSizeInBytes: store.bytes };
}
