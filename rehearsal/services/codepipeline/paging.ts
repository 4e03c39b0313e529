import * as v from 'valibot';
import { AwsError } from '../../core/service';

export const PageInput = v.object({
  maxResults: v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(100)), 100), nextToken: v.optional(v.string()),
});

/** Returns one page of a list; the token contains the next position. */
export function page<Item>(
  all: readonly Item[],
  { maxResults, nextToken }: v.InferOutput<typeof PageInput>,
): { items: Item[]; nextToken?: string } {
  const start = nextToken === undefined ? 0 : Number(nextToken);
  if (!Number.isInteger(start) || start < 0 || start > all.length) {
    throw new AwsError('InvalidNextTokenException', `The next token was specified in an invalid format: ${nextToken}`);
  }
  const end = start + maxResults;
  return { items: all.slice(start, end), nextToken: end < all.length ? String(end) : undefined };
}
