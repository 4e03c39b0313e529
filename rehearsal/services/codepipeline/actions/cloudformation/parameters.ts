import * as v from 'valibot';
import type { ArtifactFiles } from './artifact-files';
import { invalid, type StackConfiguration } from './configuration';

const Configuration = v.pipe(v.string(), v.parseJson(), v.object({
  Parameters: v.optional(v.record(v.string(), v.pipe(v.union([v.string(), v.number()]), v.transform(String))), {}),
  Tags: v.optional(v.record(v.string(), v.string()), {}),
}));
const Overrides = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.union([
  v.string(),
  v.object({ 'Fn::GetArtifactAtt': v.tuple([v.string(), v.picklist(['BucketName', 'ObjectKey', 'URL'])]) }),
  v.object({ 'Fn::GetParam': v.tuple([v.string(), v.string(), v.string()]) }),
])));
const Values = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.unknown()));
type Override = v.InferOutput<typeof Overrides>[string];

/** The parameters and tags that a pipeline gives to a stack. */
interface StackValues {
  readonly parameters: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** Returns the values of the template configuration, with the overrides of the action. */
export async function stackValues(
  { templateConfiguration, parameterOverrides }: StackConfiguration, files: ArtifactFiles, urlSuffix: string,
): Promise<StackValues> {
  const given = templateConfiguration === undefined
    ? { Parameters: {}, Tags: {} }
    : parsed(Configuration, await files.read(templateConfiguration), `TemplateConfiguration ${templateConfiguration}`);
  const overrides = parameterOverrides === undefined ? {} : parsed(Overrides, parameterOverrides, 'ParameterOverrides');
  const parameters: Record<string, string> = { ...given.Parameters };
  for (const [name, value] of Object.entries(overrides)) parameters[name] = await resolved(value, files, urlSuffix);
  return { parameters, tags: given.Tags };
}

async function resolved(value: Override, files: ArtifactFiles, urlSuffix: string): Promise<string> {
  if (typeof value === 'string') return value;
  if ('Fn::GetArtifactAtt' in value) {
    const [name, attribute] = value['Fn::GetArtifactAtt'];
    const { bucket, key } = files.location(name);
    return { BucketName: bucket, ObjectKey: key, URL: `https://s3.${urlSuffix}/${bucket}/${key}` }[attribute];
  }
  const [name, file, member] = value['Fn::GetParam'];
  const found = parsed(Values, await files.read(`${name}::${file}`), `${name}::${file}`)[member];
  if (typeof found === 'string' || typeof found === 'number') return String(found);
  throw invalid(`Fn::GetParam: the file ${file} of artifact ${name} has no value '${member}'`);
}

function parsed<Schema extends v.GenericSchema<string, unknown>>(
  schema: Schema, text: string, what: string,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, text);
  if (result.success) return result.output;
  const [{ message }] = result.issues;
  throw invalid(`${what}: ${v.getDotPath(result.issues[0]) ?? ''} ${message}`);
}
