import * as v from 'valibot';
import type { AssemblyStack } from '../../rehearsal/assembly/manifest';

const Section = v.record(v.string(), v.unknown());
const Template = v.object({ Parameters: v.optional(Section, {}), Resources: v.optional(Section, {}) });
const Resource = v.object({ Type: v.string(), Properties: v.optional(Section, {}) });

type Properties = v.InferOutput<typeof Section>;

/**
 * Returns the properties of the resources of a type. What is no resource, like the loop of a macro, is skipped: the
 * deployment of the stack says what is wrong.
 */
export function resourcesOf({ template }: Pick<AssemblyStack, 'template'>, type: string): readonly Properties[] {
  if (!template.includes(`"${type}"`)) return [];
  return Object.values(read(template).Resources).flatMap(value => {
    const { success, output } = v.safeParse(Resource, value);
    return success && output.Type === type ? [output.Properties] : [];
  });
}

/** Returns the names of the parameters that a stack declares. */
export function parametersDeclaredBy({ template }: Pick<AssemblyStack, 'template'>): readonly string[] {
  return Object.keys(read(template).Parameters);
}

function read(template: string): v.InferOutput<typeof Template> {
  const { success, output } = v.safeParse(Template, JSON.parse(template));
  return success ? output : { Parameters: {}, Resources: {} };
}
