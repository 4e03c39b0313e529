import { randomUUID } from 'node:crypto';
import type { AccountCommands } from './account-commands';
import { AccountOperations } from './accounts';
import type { AddressOperations } from './addresses';
import type { BackportOperations } from './backports/operations';
import { problemOf } from './errors';
import { LeftoverOperations } from './leftovers';
import { BranchMap } from './map/branch-map';
import type { MapCalls } from './map/branch-map';
import type { ReleaseOperations } from './releases/operations';
import { retryOnConflict } from './retry';
import { selectPipelines, identityOf, unknownNames } from './selection';
import { StatusReader } from './status';
import { CHANGES } from '../../src/history/contract';
import type { ChangeKind, HistoryEntry } from '../../src/history/contract';
import type {
  EnvironmentNames,
  ForgetOperation,
  Halt,
  HaltOutcome,
  LeftoverOutcome,
  OperationResponse,
  OperationRequest,
  ReconcileOperation,
  ResumeOutcome,
  StatusOutcome,
} from '../../src/operations/contract';
import { LISTED } from '../../src/registry/contract';
import type { History } from '../history/history';
import { enablePipeline, stopPipeline } from '../pipeline-control/control';
import type { PipelineControl } from '../pipeline-control/control';
import { SUSPENSION_REASONS } from '../pipeline-control/suspension';
import { driftsByEnvironment } from '../registry/drift';
import { allPipelines, environmentKey, pipelinesIn } from '../registry/environment';
import type { EnvironmentPipeline, EnvironmentRecord } from '../registry/environment';
import { isReserved, whyClosed } from '../registry/gate';
import type { HaltRecord } from '../registry/halt';
import { haltKey, haltReason, isHalted } from '../registry/halt';
import { readHistory } from '../registry/history';
import type { Registry } from '../registry/registry';
import type { UnreachableRecord } from '../registry/unreachable';
import type { Hosts } from '../sources/hosts';

/** Who changes something, by which invocation of the function. */
type Change = Pick<HistoryEntry, 'by' | 'requestId'>;

type HistoryRequest = Extract<OperationRequest, { readonly operation: 'history' }>;

/** Halts and resumes the pipelines of environments, and reads their status: all pipelines concurrently. */
export class Operations {
  private readonly leftovers: LeftoverOperations;
  private readonly accounts: AccountOperations;
  private readonly branchMap: BranchMap;

  public constructor(
    private readonly registry: Registry,
    private readonly control: PipelineControl,
    private readonly hosts: Hosts<'authorOf' | MapCalls>,
    private readonly history: History,
    private readonly releases: Pick<ReleaseOperations, 'run'>,
    private readonly accountCommands: Pick<AccountCommands, 'changeEmail' | 'closings' | 'costs'>,
    private readonly backports: Pick<BackportOperations, 'run'>,
    private readonly addresses: Pick<AddressOperations, 'list'>,
    private readonly now: () => number = Date.now,
    private readonly newToken: () => string = randomUUID,
  ) {
    this.branchMap = new BranchMap(registry, hosts, now);
    this.leftovers = new LeftoverOperations(registry, control, history, now);
    this.accounts = new AccountOperations(registry, history, now);
  }

  /** @param requestId id of the invocation, which the log lines contain */
  public async run(
    request: Exclude<OperationRequest, ReconcileOperation>,
    requestId: string,
  ): Promise<OperationResponse<HaltOutcome | ResumeOutcome | StatusOutcome>> {
    switch (request.operation) {
      case 'halt':
        return this.halt(request.environmentNames, { ...request, requestId });
      case 'resume':
        return this.resume(request.environmentNames, { ...request, requestId });
      case 'status':
        return this.status();
      case 'release':
      case 'releasePush':
      case 'rollback':
      case 'abort':
      case 'approve':
      case 'describeRelease':
        return this.releases.run(request, requestId);
      case 'changeEmail':
        await this.accountCommands.changeEmail(request, requestId);
        return { pipelines: [] };
      case 'map':
        return { ...await this.status(), map: await this.branchMap.read() };
      case 'backport':
      case 'absorb':
      case 'describeBackport':
      case 'restartBackport':
        return this.backports.run(request, requestId);
      case 'forget':
        return { pipelines: [], leftovers: await this.forget(request, requestId) };
      case 'accounts':
        return {
          pipelines: [],
          accounts: await this.accounts.list(request.costs && await this.accountCommands.costs()),
        };
      case 'cleanAccount':
        return {
          pipelines: [],
          accounts: await this.accounts.clean(
            request.accountId, request.mode, changeOf(request, requestId),
          ),
        };
      case 'releaseAccount':
        return {
          pipelines: [],
          accounts: await this.accounts.release(
            request.accountId, changeOf(request, requestId),
          ),
        };
      case 'addresses':
        return { pipelines: [], spaces: await this.addresses.list() };
      case 'history':
        return { pipelines: [], history: await this.changes(request) };
    }
  }

  /** @throws if there is no environment with the name, and there was none */
  private async changes({ limit, environmentName }: HistoryRequest): Promise<readonly HistoryEntry[]> {
    const entries = await readHistory(this.registry, limit, environmentName);
    if (environmentName === undefined || entries.length > 0) return entries;
    const known = namesOf(await allPipelines(this.registry));
    if (known.includes(environmentName)) return entries;
    const advice = known.length > 0 ? `use one of ${known.join(', ')}` : 'no environments exist';
    throw new Error(`there is no environment '${environmentName}', and no change of it was recorded: ${advice}`);
  }

  public async halt(
    names: EnvironmentNames,
    { by, reason, requestId }: Change & Pick<Halt, 'reason'>,
  ): Promise<OperationResponse<HaltOutcome>> {
    const selected = selectPipelines(await allPipelines(this.registry), names);
    const halt = { by, at: new Date(this.now()).toISOString(), reason };
    // the records first: from now on no deployment enables the pipelines
    const earlier = new Map(
      await Promise.all(
        namesOf(selected).map(
          async environmentName => [environmentName, await this.recordHalt({ environmentName, ...halt })] as const,
        ),
      ),
    );
    await this.recordChanges(CHANGES.halt, namesOf(selected), { by, requestId, reason });
    const outcomes = selected.map(async pipeline =>
      this.haltPipeline(pipeline, halt, earlier.get(pipeline.environmentName)),
    );
    return { pipelines: await Promise.all(outcomes) };
  }

  public async resume(
    names: EnvironmentNames,
    change: Change,
  ): Promise<OperationResponse<ResumeOutcome>> {
    const environments = await allPipelines(this.registry);
    const unknown =
      names === 'all' ? await this.haltsWithoutEnvironment(environments) : unknownNames(environments, names);
    const removedHalts = await this.haltedAmong(unknown);
    const selected = selectPipelines(
      environments,
      names === 'all' ? names : names.filter(name => !removedHalts.includes(name)),
    );
    // the records first: a deployment in between would disable the pipelines again
    const halted = new Map(
      await Promise.all(
        [...namesOf(selected), ...removedHalts].map(
          async environmentName => [environmentName, await this.removeHalt(environmentName)] as const,
        ),
      ),
    );
    await this.recordChanges(CHANGES.resume, [...halted.keys()], change);
    const outcomes = selected.map(async pipeline =>
      this.resumePipeline(pipeline, halted.get(pipeline.environmentName) ?? false),
    );
    return { pipelines: await Promise.all(outcomes), removedHalts };
  }

  public async status(): Promise<OperationResponse<StatusOutcome>> {
    const reader = new StatusReader(this.registry, this.control, this.hosts);
    const [all, drifts, accounts] = await Promise.all([
      allPipelines(this.registry),
      driftsByEnvironment(this.registry),
      this.registry.list<UnreachableRecord>(LISTED.unreachable),
    ]);
    const unreachable = new Map(accounts.map(record => [record.accountId, record]));
    const outcomes = all
      .filter(({ isLeftover }) => !isLeftover)
      .map(async pipeline => {
        const found = drifts.get(pipeline.environmentName);
        const status = await reader.describe(pipeline, unreachable.get(pipeline.accountId));
        return { ...status, ...(found && { drifts: found }) };
      });
    const [pipelines, leftovers, closings] = await Promise.all([
      Promise.all(outcomes), this.leftovers.list(all), this.accountCommands.closings(),
    ]);
    return { pipelines, leftovers, closings, drifts: drifts.get(undefined) ?? [] };
  }

  /** Disables the pipelines of removed environments whose accounts can be reached again. */
  public async closeLeftovers(): Promise<void> {
    await this.leftovers.list(await allPipelines(this.registry));
  }

  private async forget(
    { name, by, reason, mode }: ForgetOperation,
    requestId: string,
  ): Promise<readonly LeftoverOutcome[]> {
    return mode === 'preview' ? this.leftovers.preview(name) : this.leftovers.forget(name, { by, reason, requestId });
  }

  private async haltPipeline(pipeline: EnvironmentPipeline, halt: Halt, haltedAlready?: Halt): Promise<HaltOutcome> {
    const outcome = { ...identityOf(pipeline), ...(haltedAlready && { haltedAlready }) };
    const { by, reason } = haltedAlready ?? halt;
    try {
      const { executions, interrupted } = await stopPipeline(this.control, pipeline, haltReason({ by, reason }));
      return { ...outcome, stopped: executions, interrupted };
    } catch (error) {
      return { ...outcome, stopped: 0, interrupted: [], problem: problemOf(error, pipeline) };
    }
  }

  private async resumePipeline(pipeline: EnvironmentPipeline, wasHalted: boolean): Promise<ResumeOutcome> {
    const isClosed = !pipeline.suspendedFor && (await isReserved(this.registry, pipeline));
    const state = pipeline.suspendedFor ? 'suspended' : isClosed ? 'reserved' : pipeline.state;
    const outcome: Omit<ResumeOutcome, 'started'> = { ...identityOf(pipeline), state, wasHalted };
    if (state !== 'enabled') return { ...outcome, started: false };
    try {
      const { started, disabledReason } = await enablePipeline(this.control, pipeline, {
        token: this.newToken(),
        now: this.now(),
        missedPushes: false,
        reasonToDisable: async () => this.reasonToDisable(pipeline),
      });
      if (disabledReason === undefined) return { ...outcome, started };
      return {
        ...outcome,
        started,
        problem: `it was disabled again, because of a concurrent change: ${disabledReason}`,
      };
    } catch (error) {
      return { ...outcome, started: false, problem: problemOf(error, pipeline) };
    }
  }

  /** Why a pipeline that was just enabled must be disabled again: it was halted or suspended concurrently. */
  private async reasonToDisable(known: EnvironmentPipeline): Promise<string | undefined> {
    const { environmentName, pipelineKey } = known;
    const reason = await whyClosed(this.registry, known);
    if (reason !== undefined) return reason;
    const record = await this.registry.read<EnvironmentRecord>(environmentKey(environmentName));
    const pipeline = record && pipelinesIn(record).find(other => other.pipelineKey === pipelineKey);
    return pipeline && pipeline.suspendedFor === undefined ? undefined : SUSPENSION_REASONS.concurrent;
  }

  /** Names of halted environments that do not exist now. */
  private async haltsWithoutEnvironment(selected: readonly EnvironmentPipeline[]): Promise<readonly string[]> {
    const halts = await this.registry.list<HaltRecord>(LISTED.halt);
    return unknownNames(
      selected,
      halts.map(({ environmentName }) => environmentName),
    );
  }

  private async haltedAmong(names: readonly string[]): Promise<readonly string[]> {
    const halted = await Promise.all(names.map(async name => isHalted(this.registry, name)));
    return names.filter((_, index) => halted[index]);
  }

  private async recordChanges(
    change: ChangeKind,
    environmentNames: readonly string[],
    { by, requestId, reason }: Change & Partial<Pick<Halt, 'reason'>>,
  ): Promise<void> {
    const at = new Date(this.now()).toISOString();
    await this.history.record(
      ...environmentNames.map((environmentName): HistoryEntry => ({
        at, change, outcome: 'succeeded', by, requestId, environmentName, ...(reason && { reason }),
      })),
    );
  }

  /** Records a halt, unless there is one: then that one is kept and returned. */
  private async recordHalt(record: HaltRecord): Promise<Halt | undefined> {
    const key = haltKey(record.environmentName);
    return retryOnConflict(async () => {
      const earlier = await this.registry.read<HaltRecord>(key);
      if (earlier) return { by: earlier.by, at: earlier.at, reason: earlier.reason };
      await this.registry.write<HaltRecord>(key, record, undefined);
      return undefined;
    });
  }

  /** Returns whether there was a halt. */
  private async removeHalt(environmentName: string): Promise<boolean> {
    const key = haltKey(environmentName);
    return retryOnConflict(async () => {
      const record = await this.registry.read(key);
      if (record) await this.registry.remove(key, record.version);
      return record !== undefined;
    });
  }
}

function changeOf({ by, reason }: { readonly by: string; readonly reason: string }, requestId: string) {
  return { by, reason, requestId };
}

function namesOf(selected: readonly EnvironmentPipeline[]): string[] {
  return [...new Set(selected.map(({ environmentName }) => environmentName))];
}
