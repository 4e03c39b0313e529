import { HostError, HostUnavailableError } from './source';
import { signerOf } from '../shared/signer';

/** Connections through which pipelines read repositories. */
export interface Connections {
  /** What must be done before a connection can be used; undefined: nothing. */
  problem(connectionArn: string): Promise<string | undefined>;
}

const TARGET = 'com.amazonaws.codeconnections.CodeConnections_20231201';
const TIMEOUT_MILLISECONDS = 10_000;

/** CodeConnections of the account, with one signed request: its client would be larger than the rest of a function. */
export class AwsConnections implements Connections {
  public constructor(private readonly environment: NodeJS.ProcessEnv = process.env) {}

  public async problem(connectionArn: string): Promise<string | undefined> {
    const { status, name = '', message } = await this.connection(connectionArn);
    if (status === 'AVAILABLE') return undefined;
    if (status === 'PENDING') {
      return `the connection ${connectionArn} is still PENDING: open it in the console of CodePipeline under Settings, `
        + "Connections, and choose 'Update pending connection'";
    }
    if (status !== undefined) {
      return `the connection ${connectionArn} cannot be used, because its status is ${status}: open it in the console `
        + 'of CodePipeline under Settings, Connections, or create another one';
    }
    if (name.includes('ResourceNotFound')) {
      return `the connection ${connectionArn} does not exist: create it in this account and region`;
    }
    // a missing permission or an outage: the pipeline reports what is wrong
    if (/AccessDenied|Throttl|Unavailable|Internal/.test(name)) return undefined;
    return `the connection ${connectionArn} cannot be read: ${name}: ${message}`;
  }

  private async connection(connectionArn: string): Promise<Answer> {
    const { AWS_ENDPOINT_URL: override, AWS_REGION: region = '' } = this.environment;
    const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
    const endpoint = new URL(override ?? `https://codeconnections.${region}.${suffix}`);
    const body = JSON.stringify({ ConnectionArn: connectionArn });
    const { headers } = await signerOf('codeconnections', region, this.credentials()).sign({
      method: 'POST',
      protocol: endpoint.protocol,
      hostname: endpoint.hostname,
      path: '/',
      query: {},
      headers: {
        'host': endpoint.host,
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `${TARGET}.GetConnection`,
      },
      body,
    });
    const response = await sent(`${endpoint.origin}/`, headers, body);
    const { Connection: connection, __type: type, message, Message } = await bodyOf(response);
    return { status: connection?.ConnectionStatus, name: type, message: message ?? Message };
  }

  private credentials() {
    const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = this.environment;
    return { accessKeyId, secretAccessKey, sessionToken: this.environment.AWS_SESSION_TOKEN };
  }
}

interface Answer {
  readonly status?: string;
  readonly name?: string;
  readonly message?: string;
}

interface Body {
  readonly Connection?: { readonly ConnectionStatus?: string };
  readonly __type?: string;
  readonly message?: string;
  readonly Message?: string;
}

/** A request without an answer is repeated. */
async function sent(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<Response> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MILLISECONDS);
    return await fetch(url, { method: 'POST', headers, body, signal });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new HostUnavailableError(`CodeConnections does not answer: ${error.message}`, error);
  }
}

async function bodyOf(response: Response): Promise<Body> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    if (response.status >= 500) {
      throw new HostUnavailableError(`CodeConnections does not answer: status ${response.status}`);
    }
    throw new HostError(`CodeConnections answered with status ${response.status}: ${text.slice(0, 200)}`);
  }
}
