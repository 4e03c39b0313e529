import { schemas, type PropertySchema, type Replaces, type TypeSchema } from './table';
import { canonical, isFields, list, type Fields } from '../values';

/** What CloudFormation does with a changed resource; `rejected`: its name is taken by the resource to replace. */
export type Verdict = 'replaced' | 'rejected' | 'maybe' | 'in place';

type Comparison = (before: readonly unknown[], after: readonly unknown[]) => Replaces;

/**
 * Properties of which the documentation says more than the table: a new entry of the list replaces nothing, an edited
 * one replaces the resource.
 *
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
 */
const EDITED: Readonly<Record<string, Readonly<Record<string, Comparison>>>> = {
  'AWS::DynamoDB::Table': { AttributeDefinitions: editedBy('AttributeName') },
};

/** Types of which two resources can have the same identifier: the name of a record is unique only in its zone. */
const NOT_UNIQUE = new Set(['AWS::Route53::RecordSet']);

function editedBy(key: string): Comparison {
  return (before, after) => {
    const now = new Map(after.filter(isFields).map(entry => [entry[key], canonical(entry)]));
    const isEdited = before.filter(isFields)
      .some(entry => ![undefined, canonical(entry)].includes(now.get(entry[key])));
    return isEdited ? 'yes' : 'no';
  };
}

/**
 * Returns what CloudFormation does with a resource whose properties change. `maybe`: the service decides. Undefined for
 * custom resources and types of third parties.
 */
export function verdictOf(type: string, before: Fields, after: Fields): Verdict | undefined {
  const schema = schemas.find(type);
  // a nested stack is never replaced
  if (schema === undefined || type === 'AWS::CloudFormation::Stack') return undefined;
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changed = names.filter(name => isChanged(name, before, after));
  const effects = changed.map((name): Replaces =>
    EDITED[type]?.[name]?.(list(before[name]), list(after[name])) ?? schema.properties.get(name)?.replaces ?? 'no');
  if (!effects.includes('yes')) return effects.includes('maybe') ? 'maybe' : 'in place';
  return isNameKept(schema, before, after) ? 'rejected' : 'replaced';
}

/** Returns the property with the custom name of a resource. */
export function customName({ type, properties }: { readonly type: string; readonly properties: Fields }): unknown {
  const schema = schemas.find(type);
  const named = schema && [...schema.identifiers, ...schema.properties.keys()].find(
    name => isName(schema, name) && properties[name] !== undefined,
  );
  return named === undefined ? undefined : properties[named];
}

/** Whether the new resource would have the identifier, or the custom name, of the one that it replaces. */
function isNameKept(schema: TypeSchema, before: Fields, after: Fields): boolean {
  const { identifiers, properties } = schema;
  if (NOT_UNIQUE.has(schema.type)) return false;
  const isKept = (name: string): boolean => !isChanged(name, before, after);
  const isGiven = (name: string): boolean => after[name] !== undefined;
  // AWS generates the other identifiers
  if (identifiers.length > 0 && identifiers.every(name => properties.has(name))) {
    const isComplete = identifiers.length === 1
      ? isGiven(identifiers[0])
      : identifiers.every(name => isGiven(name) || !isName(schema, name));
    if (isComplete && identifiers.every(isKept)) return true;
    if (identifiers.some(name => !isKept(name))) return false;
  }
  return [...properties.keys()].some(name => isName(schema, name) && isGiven(name) && isKept(name));
}

/** Whether a property is the unique name of the resource, for example `GroupName` of a group or `JobId` of a job. */
function isName({ type, identifiers, properties }: TypeSchema, name: string): boolean {
  const schema: PropertySchema | undefined = properties.get(name);
  if (schema === undefined || schema.objects) return false;
  if (identifiers.length === 1 && identifiers[0] === name) return true;
  const kind = type.slice(type.lastIndexOf(':') + 1);
  const [, prefix] = /^(.*)(?:Name|Id)$/.exec(name) ?? [];
  return schema.replaces === 'yes' && prefix !== undefined && kind.endsWith(prefix);
}

function isChanged(name: string, before: Fields, after: Fields): boolean {
  return canonical(before[name]) !== canonical(after[name]);
}
