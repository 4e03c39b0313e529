import * as v from 'valibot';
import type { MessageAttribute, Publication } from '../../core/publication';
import { AwsError } from '../../core/service';

const Attribute = v.object({
  DataType: v.string(),
  StringValue: v.optional(v.string(), ''),
  BinaryValue: v.optional(v.string(), ''),
});

/** A message of `Publish`, or one of `PublishBatch`. */
export const Message = v.object({
  Message: v.string(),
  Subject: v.optional(v.string()),
  MessageStructure: v.optional(v.string()),
  MessageAttributes: v.optional(v.record(v.string(), Attribute), {}),
});

export function publicationOf(topicArn: string, given: v.InferOutput<typeof Message>): Publication {
  const { Message: text, Subject: subject, MessageStructure: structure, MessageAttributes } = given;
  const attributes = Object.entries(MessageAttributes).map(([name, attribute]) => [name, attributeOf(attribute)]);
  const bodies = structure === 'json' ? bodiesIn(text) : undefined;
  return { topicArn, subject, body: bodies?.default ?? text, bodies, attributes: Object.fromEntries(attributes) };
}

function attributeOf({ DataType: type, ...given }: v.InferOutput<typeof Attribute>): MessageAttribute {
  return { type, value: type.startsWith('Binary') ? given.BinaryValue : given.StringValue };
}

/** The message of `MessageStructure=json` has a text for each protocol. */
function bodiesIn(message: string): Record<string, string> {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.string())), message);
  if (parsed.success && parsed.output.default !== undefined) return parsed.output;
  throw new AwsError(
    'InvalidParameter', 'Invalid parameter: Message Structure - No default entry in JSON message body',
  );
}
