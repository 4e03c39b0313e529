import { haltOf, haltReason } from './halt';
import type { Registry } from './registry';
import { releaseKey } from './release';
import type { ReleaseRecord } from './release';
import type { EnvironmentRequest } from '../../src/pipeline/contract';

type Gated = Pick<EnvironmentRequest, 'environmentName' | 'side'>;

/** Why the pipeline of a side is disabled while no release deploys it. */
export const RESERVED = 'No release of the environment deploys this side';

/** Why commits must not pass a pipeline, besides its definition: its environment is halted, or its side is reserved. */
export async function whyClosed(registry: Registry, pipeline: Gated): Promise<string | undefined> {
  const halt = await haltOf(registry, pipeline.environmentName);
  if (halt) return haltReason(halt);
  return (await isReserved(registry, pipeline)) ? RESERVED : undefined;
}

/** Whether a pipeline is that of a side which no release deploys at the moment. */
export async function isReserved(registry: Registry, { environmentName, side }: Gated): Promise<boolean> {
  if (side === undefined) return false;
  const { current } = (await registry.read<ReleaseRecord>(releaseKey(environmentName))) ?? {};
  return current?.step !== 'deploy' || current.to !== side || current.failure !== undefined;
}
