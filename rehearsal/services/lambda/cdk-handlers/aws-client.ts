import type { Clock } from '../../../core/clock';
import { fromXml } from '../../../core/protocol/xml';
import type { Server } from '../../../core/server';
import type { HttpResponse } from '../../../core/service';

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

/** Calls the simulated AWS with the role of a function. */
export class AwsClient {
  public constructor(
    private readonly server: Pick<Server, 'answer'>,
    private readonly clock: Clock,
    private readonly signer: { readonly accessKeyId: string; readonly region: string },
  ) {}

  /** @throws ClientError */
  public async send(request: RestRequest): Promise<HttpResponse> {
    for (let attempt = 1; ; attempt++) {
      const answer = await this.once(request).catch(() => undefined);
      if (answer !== undefined && answer.status < 400) return answer;
      const isTransient = answer === undefined || answer.status >= 500 || answer.status === 429;
      if (!isTransient || attempt === ATTEMPTS) throw errorOf(request, answer);
      await this.clock.sleep(PAUSE_SECONDS);
    }
  }

  /** Puts the response of a custom resource. */
  public async respond(url: string, body: string): Promise<void> {
    const { pathname, searchParams } = new URL(url);
    await this.server.answer({
      method: 'PUT', path: pathname, query: searchParams, headers: {}, body: Buffer.from(body),
    });
  }

  private async once({ service, method, path, query, headers, body = '' }: RestRequest): Promise<HttpResponse> {
    const { accessKeyId, region } = this.signer;
    // the simulated AWS reads the scope and verifies no signature
    const credential = `${accessKeyId}/20260101/${region}/${service}/aws4_request`;
    return this.server.answer({
      method,
      path,
      query: new URLSearchParams(query),
      headers: { ...headers, authorization: `AWS4-HMAC-SHA256 Credential=${credential}` },
      body: Buffer.from(body),
    });
  }
}

function errorOf({ operation, method }: RestRequest, answer: HttpResponse | undefined): ClientError {
  if (answer === undefined) return new ClientError('ConnectionReset', operation, 'the connection was reset');
  // a HEAD response has no body
  if (method === 'HEAD') {
    return new ClientError(String(answer.status), operation, answer.status === 404 ? 'Not Found' : 'Forbidden');
  }
  const document = fromXml(Buffer.from(answer.body), {});
  const { Code: code, Message: message } = { ...document, ...Object(document.Error) };
  return new ClientError(String(code), operation, String(message));
}
