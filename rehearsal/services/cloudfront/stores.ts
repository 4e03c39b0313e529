import { KeyValueStore } from './key-value-store';
import { Identifiers } from '../../core/identifiers';
import { AwsError } from '../../core/service';
import type { Environment } from '../../core/service';

/** All key value stores. */
export class Stores {
  private readonly identifiers = new Identifiers('key-value-store');
  private readonly known = new Map<string, KeyValueStore>();

  public constructor(private readonly environment: Environment) {}

  /** @throws AwsError if the account has a store of this name */
  public create(accountId: string, name: string): KeyValueStore {
    if ([...this.known.values()].some(store => store.accountId === accountId && store.name === name)) {
      throw new AwsError('EntityAlreadyExists', `A key value store with the name ${name} already exists.`, 409);
    }
    const id = this.identifiers.uuid();
    const arn = `arn:${this.environment.partition}:cloudfront::${accountId}:key-value-store/${id}`;
    const tag = (): string => `KV${this.identifiers.next(12, 'upper')}`;
    const store = new KeyValueStore(id, arn, name, accountId, this.environment.clock.now(), tag);
    this.known.set(arn, store);
    return store;
  }

  public byArn(arn: string): KeyValueStore | undefined {
    return this.known.get(arn);
  }

  public byName(accountId: string, name: string): KeyValueStore | undefined {
    return [...this.known.values()].find(store => store.accountId === accountId && store.name === name);
  }

  public remove(arn: string): void {
    this.known.delete(arn);
  }
}
