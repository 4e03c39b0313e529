import * as v from 'valibot';
import type { HostResponse } from './host';

/** The body of a request. @param rejected makes the response about what is wrong with it */
export function inputOf<Schema extends v.GenericSchema>(
  schema: Schema, body: unknown, rejected: (problem: string) => HostResponse,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, body);
  if (result.success) return result.output;
  throw rejected(result.issues.map(({ message }) => message).join(', '));
}

/** A page of a list. @param size number of values if the request names none */
export function pageOf<Value>(
  all: readonly Value[], query: URLSearchParams, sizeName: string, size: number,
): { readonly values: readonly Value[]; readonly page: number; readonly size: number; readonly isLast: boolean } {
  const [wanted, page] = [Number(query.get(sizeName) ?? size), Number(query.get('page') ?? 1)];
  const start = (page - 1) * wanted;
  return { values: all.slice(start, start + wanted), page, size: wanted, isLast: start + wanted >= all.length };
}

/** A time of git, in ISO 8601. */
export function timeOf(date: string): string {
  return new Date(Number(date.split(' ')[0]) * 1000).toISOString();
}
