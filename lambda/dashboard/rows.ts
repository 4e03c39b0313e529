import type { Drift } from '../../src/operations/contract';
import type { DeploymentRecord, Run } from '../registry/deployment';
import { commitOf, deploymentKey, latest, leadTimeOf, timeToRestoreOf, runsInAccount } from '../registry/deployment';
import { driftsByEnvironment } from '../registry/drift';
import { allPipelines } from '../registry/environment';
import type { EnvironmentPipeline } from '../registry/environment';
import { isReserved } from '../registry/gate';
import { isHalted } from '../registry/halt';
import type { Registry } from '../registry/registry';

/** A row of the table; times in milliseconds. */
export interface Row {
  /** With the side of a blue/green environment: `prod (blue)`. */
  readonly environmentName: string;
  readonly accountId: string;
  /** State of the last run, and of the pipeline if it is not enabled: `deployed, halted`. */
  readonly state: string;
  readonly isBroken: boolean;
  /** The last failure, if no commit has been deployed since. */
  readonly failure?: string;
  readonly commitId?: string;
  readonly deployedAt?: number;
  readonly leadTime?: number;
  /** Share of the runs that changed the account and failed: 0 to 1. */
  readonly failureRate?: number;
  readonly timeToRestore?: number;
}

/** The table: its rows, and how resources differ that no environment uses. */
export interface Content {
  readonly rows: readonly Row[];
  readonly unusedDrifts: readonly Drift[];
}

export async function contentOf(registry: Registry): Promise<Content> {
  const drifts = await driftsByEnvironment(registry);
  return { rows: await rowsOf(registry, drifts), unusedDrifts: drifts.get(undefined) ?? [] };
}

async function rowsOf(
  registry: Registry, drifts: Awaited<ReturnType<typeof driftsByEnvironment>>,
): Promise<readonly Row[]> {
  return Promise.all(
    (await allPipelines(registry)).map(async pipeline => {
      const { environmentName, accountId } = pipeline;
      const record = await registry.read<DeploymentRecord>(deploymentKey(environmentName));
      const row = rowOf(
        pipeline,
        runsInAccount(accountId, record?.runs ?? []),
        await isHalted(registry, environmentName),
        await isReserved(registry, pipeline),
      );
      return drifts.has(environmentName) ? { ...row, state: `${row.state}, drift` } : row;
    }),
  );
}

function rowOf(
  { environmentName, side, accountId, suspendedFor, state, deferral }: EnvironmentPipeline,
  runs: readonly Run[],
  halted: boolean,
  reserved: boolean,
): Row {
  const gate = suspendedFor ? 'suspended' : halted ? 'halted' : reserved ? 'reserved' : state;
  const [last] = runs;
  const deployed = latest(
    runs.filter(({ deployedAt }) => deployedAt !== undefined),
    ({ deployedAt }) => deployedAt,
  );
  const commitAt = Math.max(0, ...runs.map(({ rollback, deployedAt = 0 }) => (rollback ? 0 : deployedAt)));
  const failure = latest(
    runs.filter(run => run.failure && run.failure.at > commitAt),
    run => run.failure?.at,
  )?.failure;
  const changes = runs.filter(
    ({ rollback, deployedAt, failedAt }) => !rollback && (deployedAt ?? failedAt) !== undefined,
  );
  const failed = changes.filter(({ failedAt }) => failedAt !== undefined);
  return {
    environmentName: side === undefined ? environmentName : `${environmentName} (${side})`,
    accountId,
    state: [stateOf(last), ...(gate === 'enabled' ? [] : [gate]), ...(deferral ? ['update pending'] : [])].join(', '),
    isBroken: last?.state?.name === 'FAILED',
    failure: failure && textOf(failure),
    commitId: deployed && commitOf(deployed, runs),
    deployedAt: deployed?.deployedAt,
    leadTime: median(runs.map(leadTimeOf)),
    failureRate: changes.length > 0 ? failed.length / changes.length : undefined,
    timeToRestore: median(runs.map(run => timeToRestoreOf(run, runs))),
  };
}

function textOf({ stage, action, message }: NonNullable<Run['failure']>): string {
  const step = action ? `${stage}/${action}` : stage;
  return message ? `${step}: ${message}` : step;
}

const STATE_TEXTS: Readonly<Record<string, string>> = {
  STARTED: 'running',
  RESUMED: 'running',
  STOPPING: 'stopping',
  STOPPED: 'stopped',
  SUCCEEDED: 'deployed',
  FAILED: 'failed',
  SUPERSEDED: 'superseded',
  CANCELED: 'canceled',
};

function stateOf(run: Run | undefined): string {
  if (run === undefined) return 'no run yet';
  const state = run.state?.name ?? 'STARTED';
  if (run.approval?.isOpen && (state === 'STARTED' || state === 'RESUMED')) return 'waits for approval';
  if (run.rollback) return { SUCCEEDED: 'rolled back', FAILED: 'rollback failed' }[state] ?? 'rolling back';
  return STATE_TEXTS[state] ?? state.toLowerCase();
}

function median(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter(value => value !== undefined).sort((one, other) => one - other);
  const half = known.length / 2;
  return known.length === 0 ? undefined : (known[Math.ceil(half) - 1] + known[Math.floor(half)]) / 2;
}
