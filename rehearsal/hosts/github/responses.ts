import type * as v from 'valibot';
import { HostResponse } from '../host';
import { inputOf } from '../input';

/** The body of a request, or the error of GitHub about it. */
export function read<Schema extends v.GenericSchema>(schema: Schema, body: unknown): v.InferOutput<Schema> {
  return inputOf(schema, body, problem => invalid(`Invalid request. ${problem}`));
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
