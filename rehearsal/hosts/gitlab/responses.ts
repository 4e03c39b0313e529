import * as v from 'valibot';
import { HostResponse } from '../host';

/** The body of a request, or the error of GitLab about it. */
export function read<Schema extends v.GenericSchema>(schema: Schema, body: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, body);
  if (result.success) return result.output;
  throw new HostResponse(400, { error: result.issues.map(({ message }) => message).join(', ') });
}

export function answer(status: number, message: string): HostResponse {
  return new HostResponse(status, { message });
}

export function created<Body>(body: Body): HostResponse {
  return new HostResponse(201, body);
}

export function timeOf(date: string): string {
  return new Date(Number(date.split(' ')[0]) * 1000).toISOString();
}
