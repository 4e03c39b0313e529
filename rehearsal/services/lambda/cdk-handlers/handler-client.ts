import type { Clock } from '../../../core/clock';
import { errorIn, isTransient } from '../../../core/protocol/client';
import { authorizationOf } from '../../../core/protocol/signature';
import type { Server } from '../../../core/server';
import type { HttpRequest, HttpResponse } from '../../../core/service';
import { never } from '../invocation';

/** A request to a REST service. */
interface RestRequest {
  readonly service: 's3' | 'cloudfront';
  /** For error messages, for example `PutObject`. */
  readonly operation: string;
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

/** An error with the message of boto3. */
export class ClientError extends Error {
  public constructor(public readonly code: string, operation: string, message: string) {
    super(`An error occurred (${code}) when calling the ${operation} operation: ${message}`);
  }
}

/** Attempts and pause of the Python SDK. */
const ATTEMPTS = 5;
const PAUSE_SECONDS = 1;

interface HandlerClientOptions {
  readonly server: Pick<Server, 'answer'>;
  readonly clock: Clock;
  readonly accessKeyId: string;
  readonly region: string;
  /** Whether the function has neither ended at its timeout nor been killed. */
  readonly isAlive: () => boolean;
}

/** Calls the simulated AWS with the role of a function. */
export class HandlerClient {
  public constructor(private readonly options: HandlerClientOptions) {}

  /** @throws ClientError */
  public async send(request: RestRequest): Promise<HttpResponse> {
    for (let attempt = 1; ; attempt++) {
      const answer = await this.once(request);
      if (answer !== undefined && answer.status < 400) return answer;
      const error = errorOf(request, answer);
      const isFinal = answer !== undefined && !isTransient(answer.status, error.code);
      if (isFinal || attempt === ATTEMPTS) throw error;
      await this.options.clock.sleep(PAUSE_SECONDS);
    }
  }

  /** Puts the response of a custom resource. */
  public async respond(url: string, body: string): Promise<void> {
    const { pathname, searchParams } = new URL(url);
    await this.reach({ method: 'PUT', path: pathname, query: searchParams, headers: {}, body: Buffer.from(body) });
  }

  /** Returns undefined if the connection is reset. */
  private async once(request: RestRequest): Promise<HttpResponse | undefined> {
    const { accessKeyId, region } = this.options;
    const { service, method, path, query, headers, body = '' } = request;
    return this.reach({
      method,
      path,
      query: new URLSearchParams(query),
      headers: { ...headers, authorization: authorizationOf({ accessKeyId, region, service }) },
      body: Buffer.from(body),
    }).catch(() => undefined);
  }

  /** A function that has ended makes no further calls and gets no responses. */
  private async reach(request: HttpRequest): Promise<HttpResponse> {
    const { server, isAlive } = this.options;
    if (!isAlive()) return never();
    const answer = await server.answer(request);
    return isAlive() ? answer : never();
  }
}

function errorOf({ operation, method }: RestRequest, answer: HttpResponse | undefined): ClientError {
  if (answer === undefined) return new ClientError('ConnectionReset', operation, 'the connection was reset');
  // a HEAD response has no body
  if (method === 'HEAD') {
    return new ClientError(String(answer.status), operation, answer.status === 404 ? 'Not Found' : 'Forbidden');
  }
  const { code, message } = errorIn(Buffer.from(answer.body));
  return new ClientError(code, operation, message);
}
