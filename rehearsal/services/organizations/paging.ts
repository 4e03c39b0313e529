import * as v from 'valibot';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';

const PageInput = v.object({
  NextToken: v.optional(v.string()),
  MaxResults: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(20)), 20),
});

/** Returns one page of a list: at most twenty items, as on AWS. */
export function page<Item>(
  items: readonly Item[],
  input: Record<string, unknown>,
): { items: Item[]; NextToken?: string } {
  const { NextToken: token, MaxResults: size } = read(PageInput, input);
  const start = token === undefined ? 0 : Number(token);
  if (!Number.isInteger(start)) {
    throw new AwsError('InvalidInputException', 'You provided an invalid value for NextToken.', 400, {
      Reason: 'INVALID_NEXT_TOKEN',
    });
  }
  const end = start + size;
  return { items: items.slice(start, end), ...(end < items.length ? { NextToken: String(end) } : {}) };
}
