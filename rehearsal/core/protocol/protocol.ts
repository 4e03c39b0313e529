import type { AwsError, HttpAnswer, HttpRequest, Service } from '../service';

export interface DecodedCall {
  readonly operation: string;
  readonly input: Record<string, unknown>;
}

/** How a service's operations travel over HTTP. */
export interface Protocol {
  /** `undefined` when the request names no operation. */
  decode(service: Service, request: HttpRequest): DecodedCall | undefined;
  encode(service: Service, operation: string, output: unknown): HttpAnswer;
  fail(service: Service, error: AwsError, request: HttpRequest): HttpAnswer;
}
