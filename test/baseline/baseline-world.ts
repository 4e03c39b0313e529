import { BaselineLifecycle } from '../../lambda/account/baselines/lifecycle';
import { baselineKey } from '../../lambda/registry/baseline';
import type { BaselineRecord } from '../../lambda/registry/baseline';
import { isTransient } from '../../lambda/shared/errors';
import type { Progress } from '../../lambda/shared/lifecycle';
import type { BaselineRequest, BaselineResult } from '../../src/baseline/contract';
import { ORGANIZATION_TARGET } from '../../src/baseline/contract';
import { NAMES } from '../../src/private/contract';
import { owner, vended, Vending } from '../account/vending';

export const BASELINE_OWNER = owner('Baseline');

export function baseline(changes: Partial<BaselineRequest> = {}): BaselineRequest {
  return {
    kind: 'baseline',
    target: ORGANIZATION_TARGET,
    templateBucket: 'assets',
    templateKey: 'first.json',
    parameters: {},
    settings: {},
    maxConcurrentUpdates: '2',
    maxFailedUpdates: '1',
    ...changes,
  };
}

/** An organization whose accounts have a baseline. */
export class BaselineWorld extends Vending {
  public readonly baselineLifecycle: BaselineLifecycle;

  public constructor() {
    super();
    this.baselines.isUsed = true;
    this.baselineLifecycle = new BaselineLifecycle(this.context);
  }

  /** Creates accounts, one after the other. */
  public async accountsOf(...names: readonly string[]): Promise<string[]> {
    const ids: string[] = [];
    for (const name of names) {
      ids.push(await this.create(owner(name), vended({ email: `aws+${name}@example.com`, accountName: name })));
    }
    return ids;
  }

  /** Requests a baseline, and takes steps until all accounts have it. */
  public async give(request: BaselineRequest): Promise<Progress<BaselineResult>> {
    await this.undying(async () => this.baselineLifecycle.requestCreate(BASELINE_OWNER, request));
    return this.finishBaseline(request);
  }

  public async finishBaseline(request: BaselineRequest): Promise<Progress<BaselineResult>> {
    for (let count = 0; count < 500; count++) {
      const progress = await this.stepBaseline(request);
      if (progress?.done) return progress;
      this.clock.now += (progress?.seconds ?? 5) * 1000;
    }
    throw new Error('the update does not end');
  }

  /** One step; undefined: it ended with a transient error. */
  public async stepBaseline(request: BaselineRequest): Promise<Progress<BaselineResult> | undefined> {
    try {
      return await this.undying(async () => this.baselineLifecycle.reconcile(BASELINE_OWNER, request));
    } catch (error) {
      if (isTransient(error)) return undefined;
      throw error;
    }
  }

  public async baselineRecord(target = ORGANIZATION_TARGET): Promise<BaselineRecord | undefined> {
    return this.registry.read<BaselineRecord>(baselineKey(target));
  }

  /** The template of the baseline that an account has. */
  public templateIn(accountId: string): string | undefined {
    const { template } = this.directory.stacksOf(accountId).definition(NAMES.accountBaselineStack) ?? {};
    return typeof template === 'object' && 'body' in template ? template.body : undefined;
  }
}
