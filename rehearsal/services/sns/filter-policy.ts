import * as v from 'valibot';
import type { Subscription } from './topics';
import { isRecord } from '../../core/protocol/json';
import type { MessageAttribute, Publication } from '../../core/publication';
import { matches } from '../events/pattern';

/** The attributes of a subscription that select messages. */
export const FilterAttributes = v.object({
  FilterPolicy: v.optional(v.union([
    v.record(v.string(), v.unknown()),
    v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.unknown())),
  ])),
  FilterPolicyScope: v.optional(v.picklist(['MessageAttributes', 'MessageBody'])),
});

/** Whether a subscription receives a message. */
export function admits(
  { filterPolicy, filterScope }: Subscription, { body, attributes = {} }: Publication,
): boolean {
  if (filterPolicy === undefined) return true;
  if (filterScope === 'MessageAttributes') {
    const values = Object.entries(attributes).map(([name, attribute]) => [name, comparable(attribute)]);
    return matches(filterPolicy, Object.fromEntries(values));
  }
  // SNS discards a body that is no JSON object
  const parsed = parsedOf(body);
  return isRecord(parsed) && matches(filterPolicy, parsed);
}

/**
 * Returns the value that a filter policy compares. SNS ignores binary attributes.
 *
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html
 */
function comparable({ type, value }: MessageAttribute): unknown {
  if (type === 'String.Array') return parsedOf(value);
  const [base] = type.split('.');
  if (base === 'Binary') return undefined;
  return base === 'Number' ? Number(value) : value;
}

function parsedOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
