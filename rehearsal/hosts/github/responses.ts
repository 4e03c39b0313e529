import * as v from 'valibot';
import { HostResponse } from '../host';

/** The body of a request, or the error of GitHub about it. */
export function read<Schema extends v.GenericSchema>(schema: Schema, body: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, body);
  if (result.success) return result.output;
  throw invalid(`Invalid request. ${result.issues.map(({ message }) => message).join(' ')}`);
}

export function created<Body>(body: Body): HostResponse {
  return new HostResponse(201, body);
}

export function notFound(): HostResponse {
  return new HostResponse(404, { message: 'Not Found', documentation_url: 'https://docs.github.com/rest' });
}

export function invalid(message: string): HostResponse {
  return new HostResponse(422, { message, documentation_url: 'https://docs.github.com/rest', status: '422' });
}
