import * as v from 'valibot';
import { AwsError } from '../service';

/** Parses untyped input with a schema. @throws AwsError (ValidationException) for invalid input */
export function read<Schema extends v.GenericSchema>(schema: Schema, input: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, input);
  if (result.success) return result.output;
  throw new AwsError(
    'ValidationException',
    result.issues.map(issue => `${v.getDotPath(issue) ?? 'input'}: ${issue.message}`).join('; '),
  );
}

/** Text of a template, which can also be a number or a boolean. */
export const Text = v.pipe(v.union([v.string(), v.number(), v.boolean()]), v.transform(String));

/** Tags of most services and of CloudFormation: a list of `Key` and `Value`. */
export const Tags = v.optional(v.array(v.object({ Key: v.string(), Value: Text })), []);

/** A boolean of a template, which can also be text. */
export const Flag = v.optional(
  v.pipe(
    v.union([v.boolean(), v.string()]),
    v.transform(value => value === true || value === 'true'),
  ),
  false,
);

export function tagRecord(tags: readonly { readonly Key: string; readonly Value: string }[]): Record<string, string> {
  return Object.fromEntries(tags.map(tag => [tag.Key, tag.Value]));
}
