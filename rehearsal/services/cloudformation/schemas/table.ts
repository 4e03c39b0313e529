import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { resourceTypesFile } from '../../../core/bundled-files';

/** Whether a change of a property replaces the resource. */
export type Replaces = 'yes' | 'maybe' | 'no';

export interface PropertySchema {
  readonly isRequired: boolean;
  readonly replaces: Replaces;
  /** Properties of the objects in it; undefined if they are not known or have several forms. */
  readonly objects?: ObjectsSchema;
}

interface ObjectsSchema {
  readonly properties: () => Properties;
  /** What is around the objects, from the outside: lists and maps. */
  readonly containers: readonly ('list' | 'map')[];
}

export type Properties = ReadonlyMap<string, PropertySchema>;

/** A resource type of CloudFormation. */
export interface TypeSchema {
  readonly type: string;
  readonly properties: Properties;
  /** Properties and attributes that `Ref` returns; empty if unknown. */
  readonly identifiers: readonly string[];
  /** Whether each attribute is a list, by name. */
  readonly attributes: ReadonlyMap<string, boolean>;
  /** For example `arn:${Partition}:sns:${Region}:${Account}:${TopicName}`. */
  readonly arn?: string;
  /** Whether the resource holds data that a replacement loses. */
  readonly holdsData: boolean;
}

/** Namespaces of AWS. All other types are those of third parties. */
const AWS = /^(?:AWS|Alexa)::/;
/** Types that only the CDK, or CloudFormation itself, knows; those of custom resources have any property. */
const UNLISTED = /^AWS::(?:CDK::|CloudFormation::CustomResource$)|::MODULE$/;

/** The types, from the data behind `cdk diff`. It is read when it is first used, and each type when it is looked up. */
class SchemaTable {
  private lines?: ReadonlyMap<string, string>;
  private readonly parsed = new Map<string, TypeSchema>();

  /** Version of `@aws-cdk/aws-service-spec`, of which the table is made. */
  public get version(): string {
    return (this.read().get('version') ?? '').replace('version;', '');
  }

  /** Names of all types, sorted. */
  public get types(): readonly string[] {
    return [...this.read().keys()].filter(isListed);
  }

  /** Returns the schema of a type; undefined for custom resources, types of third parties and unknown types. */
  public find(type: string): TypeSchema | undefined {
    if (!isListed(type)) return undefined;
    const known = this.parsed.get(type);
    if (known) return known;
    const line = this.read().get(type);
    if (line === undefined) return undefined;
    const schema = parse(line);
    this.parsed.set(type, schema);
    return schema;
  }

  /** Whether AWS has no such type. */
  public isUnknown(type: string): boolean {
    return isListed(type) && !this.read().has(type);
  }

  private read(): ReadonlyMap<string, string> {
    this.lines ??= new Map(
      brotliDecompressSync(readFileSync(resourceTypesFile())).toString('utf8').split('\n')
        .map(line => [line.slice(0, line.indexOf(';')), line]),
    );
    return this.lines;
  }
}

export const schemas = new SchemaTable();

function isListed(type: string): boolean {
  return AWS.test(type) && !UNLISTED.test(type);
}

/** `tools/resource-types.mjs` describes the format. */
function parse(line: string): TypeSchema {
  const [type, identifiers, attributes, arn, data, ...shapes] = line.split(';');
  const shape: (number: number) => Properties = memoized(number => propertiesOf(shapes[number], shape));
  return {
    type,
    properties: shape(0),
    identifiers: identifiers.split('|').filter(Boolean),
    attributes: new Map(
      attributes.split(',').filter(Boolean).map(name => [name.replace('[', ''), name.endsWith('[')]),
    ),
    holdsData: data !== '',
    ...arn && { arn },
  };
}

function propertiesOf(shape: string, shapeOf: (number: number) => Properties): Properties {
  return new Map(shape.split(',').filter(Boolean).map(text => {
    const [, name, flags, containers, number] = /^([^!*?[{:]+)([!*?]*)([[{]*)(?::(\d+))?$/.exec(text) ?? [];
    if (name === undefined) throw new Error(`cannot read '${text}' in the table of resource types`);
    const schema: PropertySchema = {
      isRequired: flags.includes('!'),
      replaces: flags.includes('*') ? 'yes' : flags.includes('?') ? 'maybe' : 'no',
      ...number !== undefined && {
        objects: {
          properties: () => shapeOf(Number(number)),
          containers: [...containers].map(container => container === '[' ? 'list' : 'map'),
        },
      },
    };
    return [name, schema];
  }));
}

function memoized<Value>(make: (number: number) => Value): (number: number) => Value {
  const made = new Map<number, Value>();
  return number => {
    const known = made.get(number);
    if (known !== undefined) return known;
    const value = make(number);
    made.set(number, value);
    return value;
  };
}
