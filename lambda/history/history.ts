import { Logger } from '@aws-lambda-powertools/logger';
import type { Events } from './events';
import { CHANGES } from '../../src/history/contract';
import type { HistoryEntry } from '../../src/history/contract';
import { METRICS } from '../../src/private/contract';
import { historyKey, historyRecord } from '../registry/history';
import type { HistoryRecord } from '../registry/history';
import type { Registry } from '../registry/registry';
import { count } from '../shared/count';
import { isNamed } from '../shared/errors';

/** Keeps the changes of environments and accounts. */
export interface History {
  /**
   * Records changes. The same entry again is recorded once. It never throws: what the history cannot keep is logged,
   * and the change itself succeeds.
   */
  record(...entries: readonly HistoryEntry[]): Promise<void>;
}

const logger = new Logger({ serviceName: 'org-environments' });

/** The history in the registry. Every change is also an event on the event bus of the organization. */
export class RegistryHistory implements History {
  public constructor(
    private readonly registry: Pick<Registry, 'write'>,
    private readonly events: Events,
  ) {}

  public async record(...entries: readonly HistoryEntry[]): Promise<void> {
    await Promise.all([...entries.map(async entry => this.keep(entry)), this.publish(entries)]);
  }

  private async publish(entries: readonly HistoryEntry[]): Promise<void> {
    try {
      await this.events.put(entries);
    } catch (error) {
      logger.error('the events of changes could not be put', { error: error as Error });
    }
  }

  private async keep(entry: HistoryEntry): Promise<void> {
    logger.info('change', { ...entry });
    if (entry.outcome === 'deferred') count(METRICS.unreachableAccounts, 1);
    if (entry.change === CHANGES.drift && entry.outcome === 'failed') count(METRICS.driftedEnvironments, 1);
    if (entry.change === CHANGES.accountQuarantine) count(METRICS.quarantinedAccounts, 1);
    try {
      await this.registry.write<HistoryRecord>(historyKey(entry), historyRecord(entry), undefined);
    } catch (error) {
      // it is recorded already
      if (isNamed(error, 'RecordChangedError')) return;
      logger.error('the history could not be written', { ...entry, error: error as Error });
    }
  }
}
