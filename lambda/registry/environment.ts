import { environmentIn } from './pipeline';
import type { Registry } from './registry';
import type { Deferral } from './stack';
import type { SideName } from '../../src/blue-green/contract';
import type { EnvironmentRequest } from '../../src/pipeline/contract';
import { LISTED, RECORDS } from '../../src/registry/contract';

/** A pipeline of an environment, in the account that is leased to it. */
export interface EnvironmentPipeline extends EnvironmentRequest {
  /** Key of the record of the pipeline. */
  readonly pipelineKey: string;
  readonly stackId: string;
  readonly accountId: string;
  readonly region: string;
  /** Present while it is suspended: key of the pipeline that takes its place, or its own key while it is removed. */
  readonly suspendedFor?: string;
  /** Present while it remains in its account although its deletion was requested. */
  readonly isLeftover?: true;
  /** Present while its stack is not as requested. */
  readonly deferral?: Deferral;
}

/** An account with a pipeline and a branch. */
export interface EnvironmentSide {
  /** The last one is current. The earlier ones hand over to it while the environment moves to another account. */
  readonly pipelines: readonly EnvironmentPipeline[];
}

/** Record of an environment: its sides, and the active one. */
export interface EnvironmentRecord {
  readonly environmentName: string;
  /** Stack in the CICD account that declares it. */
  readonly stackId: string;
  readonly active: string;
  readonly sides: Readonly<Record<string, EnvironmentSide>>;
}

/** Name of the side of an environment with one account. */
export const ONLY_SIDE = 'only';

export function environmentKey(environmentName: string): string {
  return `${RECORDS.environment}${environmentName}`;
}

export function pipelinesIn({ sides }: EnvironmentRecord): readonly EnvironmentPipeline[] {
  return Object.values(sides).flatMap(({ pipelines }) => pipelines);
}

/**
 * Changes a pipeline in the record of its environment; undefined removes it. The record is removed with its last
 * pipeline.
 *
 * @param key key of the record of the pipeline
 */
export async function changePipeline(
  registry: Registry,
  key: string,
  change: (pipeline: EnvironmentPipeline) => EnvironmentPipeline | undefined,
): Promise<void> {
  const recordKey = environmentKey(environmentIn(key));
  const record = await registry.read<EnvironmentRecord>(recordKey);
  if (!record) return;
  const { version, ...before } = record;
  const changed = (pipeline: EnvironmentPipeline) =>
    pipeline.pipelineKey === key ? (change(pipeline) ?? []) : [pipeline];
  const sides = Object.fromEntries(
    Object.entries(record.sides).map(([name, { pipelines }]) => [name, { pipelines: pipelines.flatMap(changed) }]),
  );
  const after: EnvironmentRecord = { ...before, sides };
  if (JSON.stringify(after) === JSON.stringify(before)) return;
  if (pipelinesIn(after).length === 0) await registry.remove(recordKey, version);
  else await registry.write<EnvironmentRecord>(recordKey, after, version);
}

/** Makes a side the active one, if the environment has it. */
export async function setActiveSide(registry: Registry, environmentName: string, active: SideName): Promise<void> {
  const key = environmentKey(environmentName);
  const record = await registry.read<EnvironmentRecord>(key);
  if (!record?.sides[active] || record.active === active) return;
  const { version, ...rest } = record;
  await registry.write<EnvironmentRecord>(key, { ...rest, active }, version);
}

/** The pipelines of all environments, by name. */
export async function allPipelines(registry: Registry): Promise<readonly EnvironmentPipeline[]> {
  const records = await registry.list<EnvironmentRecord>(LISTED.environment);
  return records
    .flatMap(pipelinesIn)
    .sort(
      (one, other) =>
        one.environmentName.localeCompare(other.environmentName) || one.accountId.localeCompare(other.accountId),
    );
}
