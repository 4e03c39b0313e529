import type { Pipeline } from './pipeline';
import type { Push } from '../../hosts/repositories';

const PROVIDER = 'CodeStarSourceConnection';

/**
 * The source action that a push starts a pipeline for; undefined: none.
 *
 * https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-triggers.html
 */
export function triggeredAction({ declaration }: Pipeline, { fullName, branch }: Push): string | undefined {
  const [source] = declaration.Stages;
  const actions = source.Actions.filter(({ ActionTypeId: { Provider: provider }, Configuration: configuration }) =>
    provider === PROVIDER && configuration.FullRepositoryId === fullName);
  return actions.find(({ Name: name, Configuration: { BranchName: own, DetectChanges: detects = 'true' } }) => {
    const filters = declaration.Triggers.filter(({ GitConfiguration }) => GitConfiguration.SourceActionName === name);
    if (filters.length === 0) return String(detects) === 'true' && own === branch;
    return filters.some(({ GitConfiguration: { Push: pushes } }) => pushes.some(({ Branches: branches }) =>
      matches(branches?.Includes ?? [], branch) && !matches(branches?.Excludes ?? [], branch)));
  })?.Name;
}

function matches(patterns: readonly string[], branch: string): boolean {
  return patterns.some(pattern => globOf(pattern).test(branch));
}

/** `*` matches any text without a slash, and `**` any text. */
function globOf(pattern: string): RegExp {
  const text = pattern.replace(/\*\*|[.*?+^$|(){}[\]\\-]/g, found => (
    { '**': '.*', '*': '[^/]*', '?': '[^/]' }[found] ?? `\\${found}`
  ));
  return new RegExp(`^${text}$`);
}
