import type { CleanerFunction, CleanerFunctionEvent } from '../../../src/clean/contract';
import type { Api } from '../../shared/api/api';
import { itemsAt, textAt, valueAt } from '../../shared/api/protocols';
import { isPermanentAwsError } from '../../shared/errors';
import type { ListTarget, Resource } from '../model';
import type { CleanableType, Cleaner, Deletion, Listing } from '../ports';

const STARTED = 'started';

/** Lists and deletes types with a function of the user in the CICD account. */
export class FunctionCleaner implements Cleaner {
  public readonly name: string;
  private readonly region: string;

  /** @param api the API of the CICD account */
  public constructor(
    private readonly cleaner: CleanerFunction,
    private readonly api: Api,
    private readonly accountId: string,
  ) {
    this.name = cleaner.functionArn;
    this.region = cleaner.functionArn.split(':')[3] ?? '';
  }

  public types(): readonly CleanableType[] {
    return this.cleaner.types.map(type => ({ type, cleaner: this.name, isGlobal: false, isAlwaysListed: true }));
  }

  public async list({ type, region }: ListTarget): Promise<Listing> {
    const response = await this.invoke({ accountId: this.accountId, region, type, action: 'list' });
    return {
      resources: itemsAt(response, 'resources').map(item => ({
        type,
        region,
        id: textAt(item, 'id') ?? '',
        cleaner: this.name,
        tags: { ...(valueAt(item, 'tags') ?? {}) },
      })),
    };
  }

  public async delete({ type, region, id }: Resource): Promise<Deletion> {
    const response = await this.invoke({ accountId: this.accountId, region, type, action: 'delete', id });
    const state = textAt(response, 'state');
    if (state === 'deleted') return { state };
    if (state === 'running') return { state, request: STARTED };
    const until = textAt(response, 'until');
    return {
      state: 'failed',
      failure: {
        code: textAt(response, 'code') ?? textAt(response, 'errorType') ?? 'NoState',
        message: textAt(response, 'message') ?? textAt(response, 'errorMessage') ?? `function ${this.name} has failed`,
        ...(until !== undefined && { until }),
      },
    };
  }

  public async status(resource: Resource): Promise<Deletion> {
    return this.delete(resource);
  }

  public async unlock(): Promise<boolean> {
    return false;
  }

  public async tags({ tags }: Resource): Promise<Readonly<Record<string, string>>> {
    return tags ?? {};
  }

  private async invoke(event: CleanerFunctionEvent) {
    const operation = `POST /2015-03-31/functions/${encodeURIComponent(this.cleaner.functionArn)}/invocations`;
    try {
      return await this.api.call({ service: 'lambda', region: this.region, operation, input: { ...event } });
    } catch (error) {
      if (!isPermanentAwsError(error)) throw error;
      // a function that does not exist must not look like an account without leftovers
      throw new Error(`cannot invoke the cleaner '${this.name}': ${error.name}: ${error.message}`);
    }
  }
}
