import type { EnvironmentNames, PipelineIdentity } from '../../src/operations/contract';
import type { EnvironmentPipeline } from '../registry/environment';

/** Those that are meant. @throws if a name is not that of an environment */
export function chosen(holders: readonly EnvironmentPipeline[], names: EnvironmentNames): readonly EnvironmentPipeline[] {
  if (names === 'all') return holders;
  const unknown = without(holders, names);
  if (unknown.length > 0) {
    const known = [...new Set(holders.map(({ environmentName }) => environmentName))];
    const there = known.length > 0 ? `there are ${known.join(', ')}; name one of them, or use --all` : 'there are none';
    throw new Error(`there is no environment '${unknown.join("', '")}': ${there}; nothing was done`);
  }
  return holders.filter(({ environmentName }) => names.includes(environmentName));
}

/** Names that no environment has, or not now. */
export function without(holders: readonly EnvironmentPipeline[], names: EnvironmentNames): readonly string[] {
  return names === 'all' ? [] : names.filter(name => !holders.some(({ environmentName }) => environmentName === name));
}

export function identityOf({ environmentName, accountId, region, pipelineName }: EnvironmentPipeline): PipelineIdentity {
  return { environmentName, accountId, region, pipelineName };
}
