import type * as v from 'valibot';
import { HostResponse } from '../host';
import { inputOf } from '../input';

/** The body of a request, or the error of GitLab about it. */
export function read<Schema extends v.GenericSchema>(schema: Schema, body: unknown): v.InferOutput<Schema> {
  return inputOf(schema, body, error => new HostResponse(400, { error }));
}

export function answer(status: number, message: string): HostResponse {
  return new HostResponse(status, { message });
}

export function created<Body>(body: Body): HostResponse {
  return new HostResponse(201, body);
}
