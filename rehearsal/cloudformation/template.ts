import * as v from 'valibot';
import * as yaml from 'yaml';
import { AwsError } from '../service';
import { references } from './references';
import { isFields, list, text, type Fields } from './values';

const Policy = v.optional(v.picklist(['Delete', 'Retain', 'Snapshot', 'RetainExceptOnCreate']));
const Anything = v.record(v.string(), v.unknown());

const TemplateSchema = v.object({
  Parameters: v.optional(v.record(v.string(), Anything), {}),
  Mappings: v.optional(v.record(v.string(), v.record(v.string(), Anything)), {}),
  Conditions: v.optional(Anything, {}),
  Transform: v.optional(v.unknown()),
  Resources: v.record(v.string(), v.object({
    Type: v.string(),
    Properties: v.optional(Anything, {}),
    DependsOn: v.optional(v.union([v.string(), v.array(v.string())])),
    Condition: v.optional(v.string()),
    DeletionPolicy: Policy,
    UpdateReplacePolicy: Policy,
    Metadata: v.optional(Anything, {}),
  })),
  Outputs: v.optional(v.record(v.string(), v.object({
    Value: v.unknown(),
    Description: v.optional(v.string()),
    Condition: v.optional(v.string()),
    Export: v.optional(v.object({ Name: v.unknown() })),
  })), {}),
});

export type Template = v.InferOutput<typeof TemplateSchema>;
export type TemplateResource = Template['Resources'][string];

/** Reads a template of JSON or YAML and refuses what CloudFormation refuses before it starts. */
export function parseTemplate(body: string): Template {
  const parsed = parseText(body);
  const loop = Object.keys(isFields(parsed.Resources) ? parsed.Resources : {}).find(name => name.startsWith('Fn::'));
  if (loop !== undefined) throw formatError(`the rehearsal runs no macros, and '${loop}' in Resources is one of AWS::LanguageExtensions`);
  const result = v.safeParse(TemplateSchema, parsed);
  if (!result.success) {
    const [issue] = result.issues;
    throw formatError(`${v.getDotPath(issue) ?? 'template'}: ${issue.message}`);
  }
  const template = result.output;
  if (template.Transform !== undefined) throw formatError(`the rehearsal runs no macros, the template wants ${JSON.stringify(template.Transform)}`);
  checkLimits(template);
  checkReferences(template);
  return template;
}

function checkLimits(template: Template): void {
  const [resources, outputs] = [Object.keys(template.Resources).length, Object.keys(template.Outputs).length];
  if (resources === 0) throw formatError('At least one Resources member must be defined.');
  if (resources > 500) throw formatError(`Number of resources, ${resources}, is greater than maximum allowed, 500`);
  if (outputs > 200) throw formatError(`Number of outputs, ${outputs}, is greater than maximum allowed, 200`);
}

function checkReferences(template: Template): void {
  const known = new Set([...Object.keys(template.Resources), ...Object.keys(template.Parameters)]);
  for (const [block, value] of Object.entries({ Resources: template.Resources, Outputs: template.Outputs })) {
    const wanted = Object.values(value).flatMap(part => [
      ...references(part),
      ...block === 'Resources' ? list(part.DependsOn).map(text) : [],
    ]);
    const missing = [...new Set(wanted.filter(name => !known.has(name)))];
    if (missing.length > 0) throw formatError(`Unresolved resource dependencies [${missing.join(', ')}] in the ${block} block of the template`);
  }
}

function parseText(body: string): Fields {
  try {
    const parsed: unknown = body.trimStart().startsWith('{') ? JSON.parse(body) : yaml.parse(body, { customTags: shortForms(), maxAliasCount: -1 });
    if (isFields(parsed)) return parsed;
  } catch (error) {
    throw formatError(`JSON or YAML not well-formed. (${error instanceof Error ? error.message : String(error)})`);
  }
  throw formatError('unsupported structure.');
}

/** `!Sub x` is `{ "Fn::Sub": x }`; only `!Ref`, `!Condition` and the dots of `!GetAtt a.b` are special. */
function shortForms(): yaml.ScalarTag[] & yaml.CollectionTag[] {
  const names = ['Ref', 'Condition', 'GetAtt', 'Sub', 'Join', 'Select', 'Split', 'If', 'Equals', 'And', 'Or', 'Not', 'FindInMap', 'Base64', 'GetAZs',
    'ImportValue', 'GetStackOutput', 'Cidr', 'Transform', 'ToJsonString', 'Length'];
  const tags = names.flatMap((name): (yaml.ScalarTag | yaml.CollectionTag)[] => [
    { tag: `!${name}`, resolve: (value: string) => longForm(name, value) },
    { tag: `!${name}`, collection: 'seq', resolve: value => new yaml.Document(longForm(name, value.toJSON())).contents },
    { tag: `!${name}`, collection: 'map', resolve: value => new yaml.Document(longForm(name, value.toJSON())).contents },
  ]);
  return tags as yaml.ScalarTag[] & yaml.CollectionTag[];
}

function longForm(name: string, argument: unknown): Fields {
  if (name === 'Ref' || name === 'Condition') return { [name]: argument };
  if (name === 'GetAtt' && typeof argument === 'string') {
    const dot = argument.indexOf('.');
    return { 'Fn::GetAtt': [argument.slice(0, dot), argument.slice(dot + 1)] };
  }
  return { [`Fn::${name}`]: argument };
}

export function formatError(message: string): AwsError {
  return new AwsError('ValidationError', `Template format error: ${message}`);
}
