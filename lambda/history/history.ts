import { Logger } from '@aws-lambda-powertools/logger';
import type { HistoryEntry } from '../../src/history/contract';
import { historyKey, historyRecord } from '../registry/history';
import type { HistoryRecord } from '../registry/history';
import type { Registry } from '../registry/registry';
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

/** The history in the registry. */
export class RegistryHistory implements History {
  public constructor(private readonly registry: Pick<Registry, 'write'>) {}

  public async record(...entries: readonly HistoryEntry[]): Promise<void> {
    await Promise.all(entries.map(async entry => this.keep(entry)));
  }

  private async keep(entry: HistoryEntry): Promise<void> {
    logger.info('change', { ...entry });
    try {
      await this.registry.write<HistoryRecord>(historyKey(entry), historyRecord(entry), undefined);
    } catch (error) {
      // it is recorded already
      if (isNamed(error, 'RecordChangedError')) return;
      logger.error('the history could not be written', { ...entry, error: error as Error });
    }
  }
}
