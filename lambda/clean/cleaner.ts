import { Logger } from '@aws-lambda-powertools/logger';
import { CleanContext } from './context';
import type { Step, StepResult } from './context';
import type { Leftover } from './model';
import type { CleanParts, StoredRecord } from './ports';
import type { CleanRecord, CleanRequest, CleanStep } from './record';
import { DOCUMENTS } from './record';
import { deleteResources } from './steps/delete';
import { end } from './steps/end';
import { list } from './steps/list';
import { look } from './steps/look';
import { plan } from './steps/plan';
import { deleteStacks } from './steps/stacks';
import { stop } from './steps/stop';
import { survey } from './steps/survey';
import { MAX_SECOND_LOOKS } from '../../src/clean/contract';
import { isTransient } from '../shared/errors';

/** The result of one invocation of the function by the state machine. */
export type CleanOutcome =
  | { readonly state: 'waiting'; readonly seconds: number }
  | { readonly state: 'available' }
  | { readonly state: 'quarantined'; readonly leftovers: number }
  /** The account is no longer held for this clean. */
  | { readonly state: 'abandoned' };

const STEPS: Readonly<Record<Exclude<CleanStep, 'end'>, Step>> = {
  survey, stop, stacks: deleteStacks, list, plan, delete: deleteResources, look,
};

const RETRY_SECONDS = 10;

/** Consecutive failures of a step until the account is quarantined: about ten minutes. */
const MAX_FAILURES = 6;

/** Time in which an invocation begins steps; the last one must end before the timeout of the function. */
const BUDGET_MILLISECONDS = 60_000;

const logger = new Logger({ serviceName: 'org-environments' });

/** Cleans an account, step by step. Each step can be repeated. */
export class AccountCleaner {
  public constructor(private readonly parts: CleanParts) {}

  /** Does as many steps as are possible without waiting. The first call starts the clean. */
  public async advance(request: CleanRequest): Promise<CleanOutcome> {
    const until = Date.now() + BUDGET_MILLISECONDS;
    try {
      for (;;) {
        const record = await this.parts.store.read(request.cleanId);
        if (record?.outcome) return await this.outcomeOf(record);
        const seconds = record ? await this.step(record) : await this.start(request);
        if (seconds > 0) return { state: 'waiting', seconds };
        if (Date.now() > until) return { state: 'waiting', seconds: 1 };
      }
    } catch (error) {
      return this.afterError(request, error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** A step that fails again and again ends the clean: an account must not be cleaned without an end. */
  private async afterError({ cleanId, accountId }: CleanRequest, error: Error): Promise<CleanOutcome> {
    const reason = `${error.name}: ${error.message}`;
    logger.warn('a step of a clean has failed', { cleanId, accountId, reason, error });
    if (isTransient(error)) return { state: 'waiting', seconds: RETRY_SECONDS };
    const record = await this.parts.store.read(cleanId);
    if (!record) throw error;
    const { failures = 0, step } = record;
    if (failures < MAX_FAILURES) {
      await this.save(record, { failures: failures + 1 });
      return { state: 'waiting', seconds: RETRY_SECONDS * 2 ** failures };
    }
    const ended = await end(new CleanContext(record, this.parts), `step '${step}' has failed: ${reason}`);
    await this.save(record, ended);
    return { state: 'waiting', seconds: 1 };
  }

  private async start(request: CleanRequest): Promise<number> {
    const record: CleanRecord = {
      ...request,
      startedAt: this.parts.now(),
      step: 'survey',
      round: 1,
      emptyPasses: 0,
      position: 0,
      regions: [],
      looks: 0,
    };
    await this.parts.store.save(record, undefined);
    return 0;
  }

  /** Returns the seconds until the next step. */
  private async step(record: StoredRecord): Promise<number> {
    const { parts } = this;
    const { notBefore = 0 } = record;
    if (!await parts.hold.isHeld(record)) {
      await this.save(record, { outcome: 'abandoned' });
      return 0;
    }
    const context = new CleanContext(record, parts);
    const maxSeconds = record.maxSeconds + MAX_SECOND_LOOKS * record.secondLookSeconds;
    const isLate = parts.now() > record.startedAt + maxSeconds * 1000;
    if (isLate || record.step === 'end') {
      const why = `it did not end in ${maxSeconds} seconds: it was at step '${record.step}'`;
      await this.save(record, await end(context, isLate ? why : undefined));
      return 0;
    }
    const seconds = Math.ceil((notBefore - parts.now()) / 1000);
    if (seconds > 0) return seconds;
    return this.apply(record, await STEPS[record.step](context));
  }

  private async apply(record: StoredRecord, result: StepResult): Promise<number> {
    if ('wait' in result) {
      await this.save(record, { failures: 0, ...result.change });
      return result.wait;
    }
    const { next: step, change } = result;
    logger.info('step of a clean', { accountId: record.accountId, cleanId: record.cleanId, step });
    const fresh = { position: 0, page: undefined, pages: 0, notBefore: undefined, failures: 0 };
    await this.save(record, { ...fresh, ...change, step });
    return 0;
  }

  private async save({ version, ...record }: StoredRecord, change: Partial<CleanRecord>): Promise<void> {
    await this.parts.store.save({ ...record, ...change }, version);
  }

  private async outcomeOf({ cleanId, outcome }: StoredRecord): Promise<CleanOutcome> {
    if (outcome === 'available' || outcome === 'abandoned') return { state: outcome };
    const leftovers = await this.parts.store.document<Leftover[]>(cleanId, DOCUMENTS.leftovers);
    return { state: 'quarantined', leftovers: leftovers?.length ?? 0 };
  }
}
