import type { StackRecord } from './stack';
import type { PipelineRequest } from '../../src/pipeline/contract';
import { RECORDS } from '../../src/registry/contract';

/** Record of the pipeline of an environment in an account, besides its stack. */
export interface PipelineRecord extends StackRecord<PipelineRequest> {
  /** Fence of the lease under which the pipeline is deployed. */
  readonly fence?: number;
  /** Keys of the routes that may start the pipeline. */
  readonly routes?: readonly string[];
  /** Progress of the teardown. */
  readonly teardown?: 'stopped' | 'applications deleted' | 'artifacts deleted';
}

type PipelinePlace = Pick<PipelineRequest, 'accountId' | 'region' | 'environment'>;

export function pipelineKey({ accountId, region, environment }: PipelinePlace): string {
  return `${RECORDS.pipeline}${accountId}#${region}#${environment.environmentName}`;
}

/** Whether a key is that of a pipeline, and not of a stack without one. */
export function isPipelineKey(key: string): boolean {
  return key.startsWith(RECORDS.pipeline);
}

/** The account in the key of a pipeline's record. */
export function accountIn(key: string): string {
  return key.split('#')[1] ?? '';
}

/** The name of the environment in the key of a pipeline's record. */
export function environmentIn(key: string): string {
  return key.split('#')[3] ?? '';
}
