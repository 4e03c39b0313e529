import { sorted, type Graph } from './graph';
import { verdictOf, type Verdict } from './schemas/replacement';
import { schemas } from './schemas/table';
import { StackScope } from './scope';
import type { Replacement, Stack, StackResource, Target } from './stack';
import type { StackContext } from './stack-context';
import { canonical, isFields, type Fields } from './values';

/** What an update is expected to do with each changed resource, by logical id. */
export type Forecast = ReadonlyMap<string, Verdict>;

/** Says what an update does with each resource that changes, before it starts. `graph`: the resources in the target. */
export function forecast(context: StackContext, stack: Stack, target: Target, graph: Graph): Forecast {
  const resources = new Map(stack.resources);
  const scope = new StackScope(context, stack, target, resources);
  const verdicts = new Map<string, Verdict>();
  for (const logicalId of sorted(graph)) {
    const { Type: type, Properties: declared } = target.template.Resources[logicalId];
    const existing = resources.get(logicalId);
    const after = resolved(scope, declared);
    const verdict = existing && canonical(existing.properties) !== canonical(after)
      ? verdictOf(type, existing.properties, after)
      : undefined;
    if (verdict !== undefined) verdicts.set(logicalId, verdict);
    // what refers to a new resource changes
    if (!existing || verdict === 'replaced') resources.set(logicalId, unborn(logicalId, type));
  }
  return verdicts;
}

/** The resources that an update replaces, or may replace. */
export function replacementsIn(
  verdicts: Forecast, target: Target, pathOf: (logicalId: string) => string | undefined,
): Replacement[] {
  return [...verdicts].filter(([, verdict]) => ['replaced', 'maybe'].includes(verdict)).map(([logicalId, verdict]) => ({
    logicalId,
    path: pathOf(logicalId),
    holdsData: schemas.find(target.template.Resources[logicalId].Type)?.holdsData === true,
    ...verdict === 'maybe' && { isUncertain: true as const },
  }));
}

function unborn(logicalId: string, type: string): StackResource {
  return {
    logicalId,
    type,
    id: `(new ${logicalId})`,
    attributes: {},
    properties: {},
    dependencies: [],
    deletionPolicy: 'Delete',
    updateReplacePolicy: 'Delete',
  };
}

/** Resolves the properties, except those that need a value which only exists later. */
function resolved(scope: StackScope, declared: Fields): Fields {
  const entries = Object.entries(declared).map(([name, value]): [string, unknown] => {
    try {
      return [name, scope.resolve({ value })];
    } catch {
      return [name, { value: { unresolved: value } }];
    }
  });
  return Object.fromEntries(entries.flatMap(([name, value]) => (
    isFields(value) && value.value !== undefined ? [[name, value.value] as const] : []
  )));
}
