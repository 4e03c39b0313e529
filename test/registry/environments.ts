import type { EnvironmentPipeline, EnvironmentRecord } from '../../lambda/registry/environment';
import { environmentKey, ONLY_SIDE } from '../../lambda/registry/environment';
import { leaseKey } from '../../lambda/registry/lease';
import type { LeaseRecord } from '../../lambda/registry/lease';
import type { Registry } from '../../lambda/registry/registry';

/** Writes an environment with one pipeline that holds its account. */
export async function putEnvironment(registry: Registry, pipeline: EnvironmentPipeline): Promise<void> {
  const { environmentName, stackId, accountId, pipelineKey } = pipeline;
  const lease = await registry.read<LeaseRecord>(leaseKey(accountId));
  await registry.write<LeaseRecord>(
    leaseKey(accountId),
    { fence: 1, holder: { environmentName, pipelineKey, stackId } },
    lease?.version,
  );
  const known = await registry.read<EnvironmentRecord>(environmentKey(environmentName));
  await registry.write<EnvironmentRecord>(
    environmentKey(environmentName),
    {
      environmentName,
      stackId,
      active: ONLY_SIDE,
      sides: { [ONLY_SIDE]: { pipelines: [pipeline] } },
    },
    known?.version,
  );
}
