import type { EnvironmentNames, PipelineIdentity } from '../../src/operations/contract';
import type { EnvironmentPipeline } from '../registry/environment';

/** The pipelines of the named environments. @throws if no environment has one of the names */
export function selectPipelines(
  pipelines: readonly EnvironmentPipeline[],
  names: EnvironmentNames,
): readonly EnvironmentPipeline[] {
  if (names === 'all') return pipelines;
  const unknown = unknownNames(pipelines, names);
  if (unknown.length > 0) {
    const known = [...new Set(pipelines.map(({ environmentName }) => environmentName))];
    const advice = known.length > 0 ? `use one of ${known.join(', ')}, or --all` : 'no environments exist';
    throw new Error(`there is no environment '${unknown.join("', '")}': ${advice}; nothing was done`);
  }
  return pipelines.filter(({ environmentName }) => names.includes(environmentName));
}

/** Names that no environment has. */
export function unknownNames(pipelines: readonly EnvironmentPipeline[], names: EnvironmentNames): readonly string[] {
  return names === 'all'
    ? []
    : names.filter(name => !pipelines.some(({ environmentName }) => environmentName === name));
}

export function identityOf({
  environmentName,
  accountId,
  region,
  pipelineName,
  side,
}: EnvironmentPipeline): PipelineIdentity {
  return { environmentName, ...(side && { side }), accountId, region, pipelineName };
}
