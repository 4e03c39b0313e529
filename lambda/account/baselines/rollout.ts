import { isDeepStrictEqual } from 'node:util';
import { applyBaseline } from './apply';
import { assigned, targetsOf } from './assigned';
import type { AssignedBaseline } from './assigned';
import { nameOfTarget, remaining } from './errors';
import { ORGANIZATION_TARGET } from '../../../src/baseline/contract';
import { LISTED } from '../../../src/registry/contract';
import { accountKey } from '../../registry/account';
import type { AccountRecord } from '../../registry/account';
import { baselineKey } from '../../registry/baseline';
import type { BaselineRecord } from '../../registry/baseline';
import type { Versioned } from '../../registry/registry';
import { isTransient } from '../../shared/errors';
import type { InProgress, Progress } from '../../shared/lifecycle';
import { checkAgainIn, done, IN_PROGRESS } from '../../shared/lifecycle';
import type { AccountContext, ManagedAccount } from '../context';
import { updateRecord } from '../context';
import { stacksIn } from '../preparation';
import { isPool } from '../record';
import { UnusableAccountError } from '../unusable-state';

type Baseline = Versioned<BaselineRecord>;

/** Ends before the 55 minutes of any resource: what is left is updated by the daily check. */
const MAX_UPDATE_MILLISECONDS = 45 * 60_000;
/** The function is stopped after a minute: then an account that becomes ready has read the baseline. */
const INVOCATION_MILLISECONDS = 65_000;

/** The accounts that a baseline is for. */
interface Outdated {
  readonly outdated: readonly ManagedAccount[];
  /** Whether other accounts are not ready yet: they get the baseline before they are. */
  readonly isPreparing: boolean;
}

type Outcome =
  | { readonly state: 'done' | 'skipped' }
  | { readonly state: 'running'; readonly progress: InProgress }
  | { readonly state: 'failed' | 'deferred'; readonly reason: string };

/** Updates the accounts of a baseline, a few at a time. */
export class Rollout {
  public constructor(private readonly context: AccountContext) {}

  /** Takes each account that is being updated one step further, and begins with others. */
  public async step(baseline: Baseline): Promise<Progress<void>> {
    const { outdated, isPreparing } = await this.outdated(baseline);
    const ended = new Set([...baseline.failed, ...baseline.deferred].map(({ key }) => key));
    const waiting = outdated.filter(({ key }) => !ended.has(key));
    const { now } = this.context;
    if (waiting.length === 0 && isPreparing && now() - baseline.attempt < INVOCATION_MILLISECONDS) {
      return checkAgainIn(15, 'accounts that are being prepared');
    }
    if (waiting.length === 0 || now() - baseline.attempt > MAX_UPDATE_MILLISECONDS) {
      const note = remaining(baseline, waiting.length);
      return { ...done(undefined), ...(note !== undefined && { note }) };
    }
    const batch = batchOf(baseline, waiting);
    const keys = batch.map(({ key }) => key);
    const begun = isDeepStrictEqual(keys, baseline.updating)
      ? baseline
      : await this.write({ ...baseline, updating: keys }, baseline.version);
    const outcomes = await Promise.all(batch.map(async account => this.advance(account, assigned(begun))));
    await this.record(begun, batch, outcomes);
    const seconds = outcomes.map(outcome => outcome.state === 'running' ? outcome.progress.seconds : 1);
    return checkAgainIn(Math.min(...seconds), `${waiting.length} accounts that get the account baseline of `
      + nameOfTarget(baseline.target));
  }

  /** The accounts that do not have the baseline. The list may be seconds old. */
  public async outdated(baseline: BaselineRecord): Promise<Outdated> {
    const { registry } = this.context;
    const records = await registry.list<AccountRecord>(LISTED.account);
    const { fingerprint } = assigned(baseline);
    const targets = new Map<string, boolean>();
    const outdated: ManagedAccount[] = [];
    let isPreparing = false;
    for (const record of records) {
      const owner = record.owners.at(-1);
      if (!owner || (record.existed && isPool(owner))) continue;
      const target = await this.targetOf(owner, targets);
      if (target !== baseline.target || record.baseline?.fingerprint === fingerprint) continue;
      if (record.state !== 'ready') isPreparing = true;
      else outdated.push({ key: accountKey(owner.request), record, request: owner.request });
    }
    return { outdated: outdated.sort((one, other) => one.key.localeCompare(other.key)), isPreparing };
  }

  private async targetOf(
    owner: AccountRecord['owners'][number], known: Map<string, boolean>,
  ): Promise<string | undefined> {
    for (const target of targetsOf(owner)) {
      if (target === ORGANIZATION_TARGET || await this.hasBaseline(target, known)) return target;
    }
    return undefined;
  }

  private async hasBaseline(target: string, known: Map<string, boolean>): Promise<boolean> {
    const found = known.get(target)
      ?? ((await this.context.registry.read<BaselineRecord>(baselineKey(target)))?.owners.length ?? 0) > 0;
    known.set(target, found);
    return found;
  }

  private async advance({ key, request }: ManagedAccount, baseline: AssignedBaseline): Promise<Outcome> {
    const record = await this.context.registry.read<AccountRecord>(key);
    const { accountId } = record ?? {};
    // it is being changed by its own request, which gives it the baseline
    if (!record || accountId === undefined || record.state !== 'ready') return { state: 'skipped' };
    const account = { key, record, request };
    try {
      const stacks = await stacksIn(this.context, account, accountId);
      const progress = await applyBaseline(this.context, account, { accountId, stacks }, baseline);
      if (!progress.done) return { state: 'running', progress };
      await updateRecord(this.context, account, { baseline: progress.result });
      return { state: 'done' };
    } catch (error) {
      if (isTransient(error)) return { state: 'running', progress: IN_PROGRESS };
      const reason = error instanceof Error ? error.message : String(error);
      return { state: error instanceof UnusableAccountError ? 'deferred' : 'failed', reason };
    }
  }

  private async record(
    baseline: Baseline, batch: readonly ManagedAccount[], outcomes: readonly Outcome[],
  ): Promise<void> {
    const ended = (state: 'failed' | 'deferred') => batch.flatMap(({ key, record: { accountId = '' } }, index) => {
      const outcome = outcomes[index];
      return outcome?.state === state && 'reason' in outcome ? [{ key, accountId, reason: outcome.reason }] : [];
    });
    const [failed, deferred] = [ended('failed'), ended('deferred')];
    const isProved = baseline.isProved ?? outcomes.some(({ state }) => state === 'done');
    if (failed.length + deferred.length === 0 && isProved === (baseline.isProved ?? false)) return;
    await this.write({
      ...baseline,
      failed: [...baseline.failed, ...failed],
      deferred: [...baseline.deferred, ...deferred],
      ...(isProved && { isProved }),
    }, baseline.version);
  }

  private async write(baseline: Baseline, version: number): Promise<Baseline> {
    const { version: _, ...record } = baseline;
    return this.context.registry.write<BaselineRecord>(baselineKey(record.target), record, version);
  }
}

/** First those whose update has begun. Until one has succeeded, one more than may fail, if failures stop the update. */
function batchOf(baseline: BaselineRecord, waiting: readonly ManagedAccount[]): readonly ManagedAccount[] {
  const { request: { maxConcurrentUpdates: most, maxFailedUpdates }, isProved, cause } = baseline;
  const size = isProved || cause ? Number(most) : Math.min(Number(most), Number(maxFailedUpdates) + 1);
  const begun = waiting.filter(({ key }) => baseline.updating.includes(key));
  const others = waiting.filter(({ key }) => !baseline.updating.includes(key));
  return [...begun, ...others].slice(0, size);
}
