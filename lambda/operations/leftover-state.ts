import type { HistoryEntry } from '../../src/history/contract';
import type { LeftoverOutcome } from '../../src/operations/contract';
import { NAMES } from '../../src/private/contract';
import { stopPipeline } from '../pipeline-control/control';
import type { PipelineControl } from '../pipeline-control/control';
import { SUSPENSION_REASONS } from '../pipeline-control/suspension';
import type { EnvironmentPipeline } from '../registry/environment';
import type { LeftoverRecord } from '../registry/leftover';
import { environmentIn, isPipelineKey } from '../registry/pipeline';
import type { PipelineRecord } from '../registry/pipeline';
import type { Registry } from '../registry/registry';
import { isNamed } from '../shared/errors';

/**
 * Disables and stops the pipeline of an environment that was removed. The account may not have been reachable when that
 * was requested, so its transition may still be enabled.
 */
export async function closePipeline(
  control: PipelineControl,
  pipeline: EnvironmentPipeline,
): Promise<LeftoverOutcome['pipeline']> {
  try {
    const { disabledReason } = await control.state(pipeline);
    if (disabledReason === undefined) await stopPipeline(control, pipeline, SUSPENSION_REASONS.leftover);
    return 'disabled';
  } catch (error) {
    return isNamed(error, 'PipelineNotFoundException') ? 'absent' : 'unknown';
  }
}

/** What may remain in the account of a leftover. */
export async function remainsOf(registry: Registry, leftover: LeftoverRecord): Promise<readonly string[]> {
  const { recordKey, accountId, region, stackName } = leftover;
  if (!isPipelineKey(recordKey)) return [`stack '${stackName}'`];
  const { teardown } = (await registry.read<PipelineRecord>(recordKey)) ?? {};
  const applications = 'the stacks that the pipeline has deployed, and those deployed by hand with the bootstrap roles';
  const artifacts = `the artifacts in bucket '${NAMES.artifactBucketPrefix}${accountId}-${region}'`;
  return [
    `stack '${stackName}' with the pipeline; delete it before another environment uses the account`,
    ...(teardown === undefined || teardown === 'stopped' ? [applications] : []),
    ...(teardown === 'artifacts deleted' ? [] : [artifacts]),
  ];
}

/** What an entry of the history is about. */
export function subjectOf({ recordKey, accountId, stackName }: LeftoverRecord): Partial<HistoryEntry> {
  const environment = isPipelineKey(recordKey) ? { environmentName: environmentIn(recordKey) } : {};
  return { ...environment, accountId, subject: stackName };
}
