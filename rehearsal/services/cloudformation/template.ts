import * as v from 'valibot';
import * as yaml from 'yaml';
import { attributesIn, references } from './references';
import { isUnknownAttribute } from './schemas/attributes';
import { schemas } from './schemas/table';
import { checkLimits, checkNames, checkNulls, checkSections, checkSize, formatError } from './template-format';
import { isFields, list, text, type Fields } from './values';
import { AwsError } from '../../core/service';

const Policy = v.optional(v.picklist(['Delete', 'Retain', 'Snapshot', 'RetainExceptOnCreate']));
const Anything = v.record(v.string(), v.unknown());

const TemplateSchema = v.object({
  Parameters: v.optional(v.record(v.string(), Anything), {}),
  Rules: v.optional(v.record(v.string(), v.object({
    RuleCondition: v.optional(v.unknown()),
    Assertions: v.array(v.object({ Assert: v.unknown(), AssertDescription: v.optional(v.string()) })),
  })), {}),
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

/** Serverless applications are placed, as nested stacks of a repository of AWS; no other macro is executed. */
function checkMacros({ Transform, Resources }: Template, parsed: Fields): void {
  const macro = Transform ?? parsed['Fn::Transform'];
  if (macro === undefined) return;
  const serverless = Object.entries(Resources).filter(([, { Type }]) => Type.startsWith('AWS::Serverless::'));
  const other = serverless.find(([, { Type }]) => Type !== 'AWS::Serverless::Application');
  if (single(macro) === 'AWS::Serverless-2016-10-31' && parsed.Globals === undefined && other === undefined) return;
  const user = other === undefined ? '' : ` for '${other[0]}' (${other[1].Type})`;
  throw formatError(
    `the rehearsal does not support macros: the template uses ${JSON.stringify(macro)}${user}; omit what needs it from `
      + 'the app that you rehearse',
  );
}

/** The member of a list of one. */
function single(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? value[0] : value;
}

/**
 * Parses a JSON or YAML template.
 *
 * @param uncheckedTypes types that may be unknown; by default none
 * @throws AwsError for a template that CloudFormation rejects before it starts
 */
export function parseTemplate(body: string, uncheckedTypes: ReadonlySet<string> = new Set()): Template {
  checkSize(body);
  const parsed = parseText(body);
  checkNulls(parsed);
  const loop = Object.keys(isFields(parsed.Resources) ? parsed.Resources : {}).find(name => name.startsWith('Fn::'));
  if (loop !== undefined) {
    throw formatError(`the rehearsal does not support macros: '${loop}' in Resources needs AWS::LanguageExtensions`);
  }
  const result = v.safeParse(TemplateSchema, parsed);
  if (!result.success) {
    const [issue] = result.issues;
    throw formatError(`${v.getDotPath(issue) ?? 'template'}: ${issue.message}`);
  }
  const template = result.output;
  checkMacros(template, parsed);
  checkSections(parsed);
  checkLimits(template);
  checkNames(template);
  checkTypes(template, uncheckedTypes);
  checkReferences(template);
  checkAttributes(template);
  return template;
}

function checkTypes({ Resources: resources }: Template, unchecked: ReadonlySet<string>): void {
  const types = new Set(Object.values(resources).map(({ Type }) => Type));
  const unknown = [...types].filter(type => schemas.isUnknown(type) && !unchecked.has(type));
  if (unknown.length > 0) throw formatError(`Unrecognized resource types: [${unknown.join(', ')}]`);
}

function checkReferences(template: Template): void {
  const known = new Set([...Object.keys(template.Resources), ...Object.keys(template.Parameters)]);
  for (const [block, value] of Object.entries({ Resources: template.Resources, Outputs: template.Outputs })) {
    const wanted = Object.values(value).flatMap(part => [
      ...references(part),
      ...block === 'Resources' ? list(part.DependsOn).map(text) : [],
    ]);
    const missing = [...new Set(wanted.filter(name => !known.has(name)))];
    if (missing.length > 0) {
      throw formatError(
        `Unresolved resource dependencies [${missing.join(', ')}] in the ${block} block of the template`,
      );
    }
  }
}

function checkAttributes({ Resources: resources, Outputs: outputs }: Template): void {
  const used = attributesIn([...Object.values(resources), ...Object.values(outputs)]);
  const unknown = used.find(([logicalId, name]) => isUnknownAttribute(resources[logicalId]?.Type ?? '', name));
  if (unknown === undefined) return;
  const [logicalId, name] = unknown;
  throw new AwsError(
    'ValidationError',
    `Template error: resource ${logicalId} does not support attribute type ${name} in Fn::GetAtt`,
  );
}

function parseText(body: string): Fields {
  try {
    const parsed: unknown = body.trimStart().startsWith('{')
      ? JSON.parse(body)
      : yaml.parse(body, { customTags: shortForms(), maxAliasCount: -1 });
    if (isFields(parsed)) return parsed;
  } catch (error) {
    throw formatError(`JSON or YAML not well-formed. (${error instanceof Error ? error.message : String(error)})`);
  }
  throw formatError('unsupported structure.');
}

/** `!Sub x` is `{ "Fn::Sub": x }`; only `!Ref`, `!Condition` and the dots of `!GetAtt a.b` are special. */
function shortForms(): yaml.ScalarTag[] & yaml.CollectionTag[] {
  const names = [
    'Ref',
    'Condition',
    'GetAtt',
    'Sub',
    'Join',
    'Select',
    'Split',
    'If',
    'Equals',
    'And',
    'Or',
    'Not',
    'FindInMap',
    'Base64',
    'GetAZs',
    'ImportValue',
    'GetStackOutput',
    'Cidr',
    'Transform',
    'ToJsonString',
    'Length',
    'Contains',
    'EachMemberEquals',
    'EachMemberIn',
    'RefAll',
    'ValueOf',
    'ValueOfAll',
  ];
  const tags = names.flatMap((name): (yaml.ScalarTag | yaml.CollectionTag)[] => [
    { tag: `!${name}`, resolve: (value: string) => longForm(name, value) },
    {
      tag: `!${name}`,
      collection: 'seq',
      resolve: value => new yaml.Document(longForm(name, value.toJSON())).contents,
    },
    {
      tag: `!${name}`,
      collection: 'map',
      resolve: value => new yaml.Document(longForm(name, value.toJSON())).contents,
    },
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
