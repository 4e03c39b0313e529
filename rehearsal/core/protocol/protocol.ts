import type { AwsError, HttpResponse, HttpRequest, Service } from '../service';

export interface DecodedCall {
  readonly operation: string;
  readonly input: Record<string, unknown>;
}

/** Encodes and decodes the operations of a service for HTTP. */
export interface Protocol {
  /** `undefined` when the request names no operation. */
  decode(service: Service, request: HttpRequest): DecodedCall | undefined;
  encode(service: Service, operation: string, output: unknown): HttpResponse;
  fail(service: Service, error: AwsError, request: HttpRequest): HttpResponse;
}
