import { closePipeline, remainsOf, subjectOf } from './leftover-state';
import { retryOnConflict } from './retry';
import { CHANGES } from '../../src/history/contract';
import type { HistoryEntry } from '../../src/history/contract';
import type { LeftoverOutcome } from '../../src/operations/contract';
import { LISTED } from '../../src/registry/contract';
import type { History } from '../history/history';
import type { PipelineControl } from '../pipeline-control/control';
import { allPipelines, changePipeline } from '../registry/environment';
import type { EnvironmentPipeline } from '../registry/environment';
import { releaseLease } from '../registry/lease';
import { leftoverKey } from '../registry/leftover';
import type { LeftoverRecord } from '../registry/leftover';
import type { Registry } from '../registry/registry';

/** Who forgets leftovers, and why. */
type Forgetting = Pick<HistoryEntry, 'by' | 'requestId' | 'reason'>;

/** What remains in accounts although its deletion was requested. */
export class LeftoverOperations {
  public constructor(
    private readonly registry: Registry,
    private readonly control: PipelineControl,
    private readonly history: History,
    private readonly now: () => number,
  ) {}

  /** Lists the leftovers. A pipeline that can be reached again is closed: its environment must not deploy. */
  public async list(pipelines: readonly EnvironmentPipeline[]): Promise<readonly LeftoverOutcome[]> {
    const records = await this.registry.list<LeftoverRecord>(LISTED.leftover);
    const outcomes = records.map(async record => this.describe(record, pipelines));
    return (await Promise.all(outcomes)).sort((one, other) => one.name.localeCompare(other.name));
  }

  /** Returns what `forget` would leave in accounts. @throws if nothing with that name remains */
  public async preview(name: string): Promise<readonly LeftoverOutcome[]> {
    const pipelines = await allPipelines(this.registry);
    const found = await this.find(name, pipelines);
    return Promise.all(found.map(async record => this.describe(record, pipelines, true)));
  }

  /**
   * Removes the records of leftovers and releases their accounts. The resources stay there. A pipeline that can be
   * reached is closed before.
   *
   * @throws if nothing with that name remains
   */
  public async forget(name: string, forgetting: Forgetting): Promise<readonly LeftoverOutcome[]> {
    const pipelines = await allPipelines(this.registry);
    const found = await this.find(name, pipelines);
    const outcomes: LeftoverOutcome[] = [];
    // one after the other: they may be in the record of one environment
    for (const record of found) {
      const outcome = await this.describe(record, pipelines, true);
      if (!(await this.remove(record))) continue;
      await this.record(record, forgetting);
      outcomes.push(outcome);
    }
    return outcomes;
  }

  private async record(leftover: LeftoverRecord, { by, requestId, reason }: Forgetting): Promise<void> {
    await this.history.record({
      at: new Date(this.now()).toISOString(),
      change: CHANGES.forget,
      outcome: 'succeeded',
      by,
      requestId,
      ...subjectOf(leftover),
      ...(reason !== undefined && { reason }),
    });
  }

  private async find(name: string, pipelines: readonly EnvironmentPipeline[]): Promise<readonly LeftoverRecord[]> {
    const records = await this.registry.list<LeftoverRecord>(LISTED.leftover);
    const found = records.filter(record => record.name === name);
    if (found.length > 0) return found;
    const used = pipelines.find(({ environmentName }) => environmentName === name);
    if (used) throw isInUse(used);
    throw doesNotRemain(name, records);
  }

  private async describe(
    record: LeftoverRecord,
    pipelines: readonly EnvironmentPipeline[],
    withRemains = false,
  ): Promise<LeftoverOutcome> {
    const { name, accountId, region, stackName, recordKey, reason, at } = record;
    const pipeline = pipelines.find(({ pipelineKey }) => pipelineKey === recordKey);
    const state = pipeline && (await closePipeline(this.control, pipeline));
    return {
      name,
      accountId,
      region,
      stackName,
      reason,
      since: new Date(at).toISOString(),
      ...(state && { pipeline: state }),
      ...(withRemains && { remains: await remainsOf(this.registry, record) }),
    };
  }

  /** Returns false if the stack was deployed again or deleted in the meantime. */
  private async remove({ recordKey }: LeftoverRecord): Promise<boolean> {
    return retryOnConflict(async () => {
      const [leftover, record] = await Promise.all([
        this.registry.read(leftoverKey(recordKey)),
        this.registry.read(recordKey),
      ]);
      if (!leftover) return false;
      await this.registry.transaction(async () => {
        await this.registry.remove(leftoverKey(recordKey), leftover.version);
        if (record) await this.registry.remove(recordKey, record.version);
        await changePipeline(this.registry, recordKey, () => undefined);
        await releaseLease(this.registry, recordKey);
      });
      return true;
    });
  }
}

function isInUse({ environmentName, accountId }: EnvironmentPipeline): Error {
  return new Error(
    `environment '${environmentName}' in account ${accountId} is in use, so it cannot be forgotten: to remove it, `
      + 'remove it from the app and deploy (its applications are deleted with it, unless it was deployed with '
      + 'keepApplication: true); nothing was done',
  );
}

function doesNotRemain(name: string, records: readonly LeftoverRecord[]): Error {
  const names = [...new Set(records.map(record => record.name))].sort();
  const advice = names.length > 0 ? `use one of ${names.join(', ')}` : 'nothing remains in any account';
  return new Error(`there is no leftover '${name}': ${advice}; nothing was done`);
}
