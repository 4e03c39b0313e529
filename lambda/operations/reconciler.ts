import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { KnownResource } from './resources';
import { knownResources } from './resources';
import { retryOnConflict } from './retry';
import { CHANGES } from '../../src/history/contract';
import type { HistoryEntry } from '../../src/history/contract';
import type { CheckResult, Outcome, ReconcileRequest } from '../../src/kinds/contract';
import type {
  Drift,
  EnvironmentNames,
  ReconcileOperation,
  ReconcileOutcome,
  ReconcileResponse,
} from '../../src/operations/contract';
import { LISTED } from '../../src/registry/contract';
import type { History } from '../history/history';
import type { DriftRecord } from '../registry/drift';
import { differencesOf, driftKey, findingsOf, isBeingRepaired } from '../registry/drift';
import type { Registry, Versioned } from '../registry/registry';

/** The functions of the kinds of resources. */
export interface Kinds {
  /** Whether there is a function for a type of resources. */
  serves(resourceType: string): boolean;
  check(request: ReconcileRequest): Promise<Outcome>;
  /** Starts the waiter, which invokes the function until the resource is repaired. */
  startRepair(request: ReconcileRequest): Promise<void>;
}

interface ReconcilerOptions {
  readonly registry: Registry;
  readonly kinds: Kinds;
  readonly history: History;
  /** Logs the number of differences of an environment, or of the organization, after its check. */
  readonly logMetric: (environmentName: string, drifts: number) => void;
  /** @default Date.now */
  readonly now?: () => number;
  /** @default - a random UUID */
  readonly newId?: () => string;
}

/** Who checks or repairs, by which invocation of the function. */
type Change = Pick<HistoryEntry, 'by' | 'requestId'>;

/** A resource after a check, with what is known of it. */
interface Checked {
  readonly outcome: ReconcileOutcome;
  readonly findings: Pick<DriftRecord, 'drifts' | 'problem'>;
}

type Reported = Required<Pick<DriftRecord, 'ownerId' | 'reported'>>;

type Drifts = ReadonlyMap<string, Versioned<DriftRecord>>;

/** Name, in the metric and in the history, for the resources that no environment uses. */
const ORGANIZATION = 'organization';

/** The function has five minutes; a check may take one. */
const CHECK_MILLISECONDS = 3 * 60_000;

/** Few enough for the request limits of AWS Organizations, which all accounts share. */
const CONCURRENT_CHECKS = 10;

/** Compares resources with the last request of CloudFormation, and repairs them. */
export class Reconciler {
  private readonly registry: Registry;
  private readonly kinds: Kinds;
  private readonly now: () => number;
  private readonly newId: () => string;

  public constructor(private readonly options: ReconcilerOptions) {
    const { registry, kinds, now = Date.now, newId = randomUUID } = options;
    this.registry = registry;
    this.kinds = kinds;
    this.now = now;
    this.newId = newId;
  }

  /** @param requestId id of the invocation, which the log lines contain */
  public async run(
    { environmentNames, mode, by }: ReconcileOperation,
    requestId: string,
  ): Promise<ReconcileResponse> {
    const change = { by, requestId };
    const known = await knownResources(this.registry);
    const selected = select(known, environmentNames).filter(({ resourceType }) => this.kinds.serves(resourceType));
    const drifts = await this.drifts();
    if (mode === 'read') return response(selected.map(resource => this.recorded(resource, drifts)));
    if (mode === 'repair') return response(await this.repairAll(selected, drifts, change, () => true));
    const { checked, unreported } = await this.checkAll(selected, drifts, change);
    if (mode === 'schedule') {
      await this.removeForgotten(known, drifts);
      await this.repairAll(selected, await this.drifts(), change, ({ drifts: found }) =>
        found.some(({ isDeferredUpdate }) => isDeferredUpdate),
      );
    }
    // last: the index that lists the records of what is repaired may be older than a change of them
    await Promise.all(unreported.map(async ({ ownerId, reported }) =>
      this.update(ownerId, record => record && { ...record, reported })));
    return checked;
  }

  /**
   * Checks the resources that were not checked for the longest time first. Of those that do not fit into the time, it
   * reports what the last check has found.
   *
   * @returns also what the history says now of resources, and their records do not say yet
   */
  private async checkAll(
    selected: readonly KnownResource[],
    before: Drifts,
    change: Change,
  ): Promise<{ readonly checked: ReconcileResponse; readonly unreported: readonly Reported[] }> {
    const checkedAt = ({ ownerId }: KnownResource) => before.get(ownerId)?.checkedAt ?? 0;
    const queue = [...selected].sort((one, other) => checkedAt(one) - checkedAt(other));
    const until = this.now() + CHECK_MILLISECONDS;
    const outcomes = new Map<string, Checked>();
    const work = async (): Promise<void> => {
      while (queue.length > 0 && this.now() < until) {
        const [resource] = queue.splice(0, 1);
        outcomes.set(resource.ownerId, await this.check(resource, before));
      }
    };
    await Promise.all(Array.from({ length: CONCURRENT_CHECKS }, work));
    const unreported: Reported[] = [];
    for (const [name, resources] of byEnvironment(selected)) {
      if (!resources.some(({ ownerId }) => outcomes.has(ownerId))) continue;
      const found = resources.map(({ ownerId, logicalId }) => {
        const { drifts = [], problem, reported = [] } = before.get(ownerId) ?? {};
        return { ownerId, logicalId, reported, ...outcomes.get(ownerId)?.findings ?? { drifts, problem } };
      });
      const drifts = found.flatMap(differencesOf);
      this.options.logMetric(name ?? ORGANIZATION, drifts.length);
      const changed = found.filter(one => !isDeepStrictEqual(findingsOf(one), one.reported));
      if (changed.length > 0) await this.options.history.record(this.driftEntry(name, drifts, change));
      unreported.push(...changed.map(one => ({ ownerId: one.ownerId, reported: findingsOf(one) })));
    }
    const checked = response([...outcomes.values()].map(({ outcome }) => outcome));
    return { checked: { ...checked, unchecked: queue.length }, unreported };
  }

  /** Trouble with one resource must not stop the check of the others. */
  private async check(resource: KnownResource, before: Drifts): Promise<Checked> {
    const known = this.recorded(resource, before);
    const outcome = await this.outcomeOf(resource);
    if (outcome.state !== 'complete') {
      const problem = outcome.state === 'failed' ? outcome.reason : 'the check did not end';
      await this.keepProblem(resource, problem);
      return {
        outcome: { ...known, problem: `could not be checked: ${problem}` },
        findings: { drifts: known.drifts, problem },
      };
    }
    const { drifts, isBusy } = outcome.data as CheckResult;
    if (!isBusy) return { outcome: { ...known, drifts }, findings: { drifts } };
    return {
      outcome: { ...known, state: known.state === 'repairing' ? 'repairing' : 'busy' },
      findings: { drifts: known.drifts, problem: before.get(resource.ownerId)?.problem },
    };
  }

  private async outcomeOf(resource: KnownResource): Promise<Outcome> {
    try {
      return await this.kinds.check(this.requestOf(resource, 'Check'));
    } catch (error) {
      return { state: 'failed', reason: messageOf(error) };
    }
  }

  /** The function of the kind may not even have started. */
  private async keepProblem(
    { ownerId, resourceType, logicalId, environmentName }: KnownResource, problem: string,
  ): Promise<void> {
    const identity = { ownerId, resourceType, logicalId, ...(environmentName !== undefined && { environmentName }) };
    await this.update(ownerId, record => ({
      drifts: [], ...record, ...identity, checkedAt: this.now(), problem,
    }));
  }

  /** Changes the record of a check. */
  private async update(
    ownerId: string, change: (record: DriftRecord | undefined) => DriftRecord | undefined,
  ): Promise<void> {
    await retryOnConflict(async () => {
      const known = await this.registry.read<DriftRecord>(driftKey(ownerId));
      const record = change(known);
      if (record) await this.registry.write<DriftRecord>(driftKey(ownerId), record, known?.version);
    });
  }

  private async repairAll(
    selected: readonly KnownResource[],
    drifts: Drifts,
    change: Change,
    isWanted: (record: DriftRecord) => boolean,
  ): Promise<readonly ReconcileOutcome[]> {
    return Promise.all(
      selected.map(async resource => {
        const record = drifts.get(resource.ownerId);
        const outcome = this.recorded(resource, drifts);
        const isRepairable = record?.drifts.some(drift => drift.isRepairable) && isWanted(record);
        if (!record || !isRepairable || outcome.state === 'repairing') return outcome;
        try {
          await this.startRepair(resource, change);
          return { ...outcome, state: 'repairing' as const };
        } catch (error) {
          return { ...outcome, problem: `could not be repaired: ${messageOf(error)}` };
        }
      }),
    );
  }

  /** The mark first: the repair does nothing without it, so that two repairs never run concurrently. */
  private async startRepair(resource: KnownResource, { by }: Change): Promise<void> {
    const request = this.requestOf(resource, 'Repair');
    const { record, marked } = await this.markRepair(resource, request);
    try {
      await this.kinds.startRepair(request);
    } catch (error) {
      // otherwise no other repair could start for an hour; if this one has started, it does nothing without the mark
      await this.registry.write<DriftRecord>(driftKey(resource.ownerId), record, marked.version);
      throw error;
    }
    const { environmentName, logicalId: subject } = resource;
    await this.options.history.record({
      by,
      requestId: request.requestId,
      at: new Date(request.requestedAt).toISOString(),
      change: CHANGES.repair,
      outcome: 'succeeded',
      ...(environmentName !== undefined && { environmentName }),
      subject,
      reason: record.drifts.map(({ what }) => what).join('; '),
    });
  }

  /** The index that lists the records may be older than the end of the check. */
  private async markRepair(
    { ownerId }: KnownResource, { requestId, requestedAt: since }: ReconcileRequest,
  ): Promise<{ readonly record: DriftRecord; readonly marked: Versioned<DriftRecord> }> {
    return retryOnConflict(async () => {
      const found = await this.registry.read<DriftRecord>(driftKey(ownerId));
      if (!found || isBeingRepaired(found, this.now())) throw new Error('it is being repaired, or was removed');
      const { version, failure, ...record } = found;
      const next = { ...record, repair: { requestId, since } };
      return { record, marked: await this.registry.write<DriftRecord>(driftKey(ownerId), next, version) };
    });
  }

  private driftEntry(
    environmentName: string | undefined, drifts: readonly Drift[], change: Change,
  ): HistoryEntry {
    const subject = environmentName === undefined ? { subject: ORGANIZATION } : { environmentName };
    return {
      ...change,
      at: new Date(this.now()).toISOString(),
      change: CHANGES.drift,
      outcome: drifts.length > 0 ? 'failed' : 'succeeded',
      ...subject,
      reason: drifts.map(({ what }) => what).join('; ')
        || `the ${environmentName === undefined ? ORGANIZATION : 'environment'} is as declared`,
    };
  }

  private requestOf(resource: KnownResource, requestType: ReconcileRequest['requestType']): ReconcileRequest {
    const { requestId: basedOn, ...rest } = resource;
    return { ...rest, requestId: this.newId(), requestType, basedOn, requestedAt: this.now() };
  }

  private recorded(
    { ownerId, environmentName, logicalId, resourceType }: KnownResource,
    drifts: Drifts,
  ): ReconcileOutcome {
    const record = drifts.get(ownerId);
    return {
      ...(environmentName !== undefined && { environmentName }),
      logicalId,
      resourceType,
      state: record && isBeingRepaired(record, this.now()) ? 'repairing' : 'checked',
      drifts: record?.drifts ?? [],
      ...(record?.failure !== undefined && { problem: `could not be repaired: ${record.failure}` }),
    };
  }

  private async drifts(): Promise<Drifts> {
    const records = await this.registry.list<DriftRecord>(LISTED.drift);
    return new Map(records.map(record => [record.ownerId, record]));
  }

  /** A check may have ended after its resource was deleted. */
  private async removeForgotten(known: readonly KnownResource[], drifts: Drifts): Promise<void> {
    const owners = new Set(known.map(({ ownerId }) => ownerId));
    const forgotten = [...drifts.values()].filter(({ ownerId }) => !owners.has(ownerId));
    for (const { ownerId, version } of forgotten) await this.registry.remove(driftKey(ownerId), version);
  }
}

/** @throws if no resource belongs to one of the environments */
function select(resources: readonly KnownResource[], names: EnvironmentNames): readonly KnownResource[] {
  if (names === 'all') return resources;
  const known = new Set(resources.flatMap(({ environmentName }) => environmentName ?? []));
  const unknown = names.filter(name => !known.has(name));
  if (unknown.length > 0) {
    const advice = known.size > 0 ? `use one of ${[...known].sort().join(', ')}, or --all` : 'no environments exist';
    throw new Error(`there is no environment '${unknown.join("', '")}': ${advice}; nothing was done`);
  }
  return resources.filter(({ environmentName }) => environmentName !== undefined && names.includes(environmentName));
}

/** undefined: those that no environment uses. */
function byEnvironment(
  resources: readonly KnownResource[],
): ReadonlyMap<string | undefined, readonly KnownResource[]> {
  const groups = new Map<string | undefined, KnownResource[]>();
  for (const resource of resources) {
    groups.set(resource.environmentName, [...(groups.get(resource.environmentName) ?? []), resource]);
  }
  return groups;
}

function response(outcomes: readonly ReconcileOutcome[]): ReconcileResponse {
  const nameOf = ({ environmentName = '', logicalId }: ReconcileOutcome) => `${environmentName}/${logicalId}`;
  return {
    resources: [...outcomes].sort((one, other) => nameOf(one).localeCompare(nameOf(other))),
    unchecked: 0,
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
