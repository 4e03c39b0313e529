import { Readable } from 'node:stream';
import { AwsApi } from '../../../lambda/shared/api/api';
import type { ApiCall } from '../../../lambda/shared/api/api';
import type { Server } from '../../../rehearsal/core/server';
import type { VirtualClock } from '../../../rehearsal/core/virtual-clock';
import { fetchOf } from '../../../rehearsal/services/lambda/in-process/http';
import { Simulation } from '../../../rehearsal/simulation';

export const ACCOUNT = '222222222222';
export const REGION = 'eu-central-1';

/** A request of a client of the SDK. */
interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** All simulated services in virtual time, which requests reach without a network. */
export class VirtualWorld {
  public static async start(): Promise<VirtualWorld> {
    return new VirtualWorld(await Simulation.start({
      managementAccountId: '999999999999', accounts: [{ accountId: ACCOUNT }], virtual: {},
    }));
  }

  private constructor(public readonly simulation: Simulation) {}

  /** Calls an operation with the signer that has no clients. */
  public async call(call: Omit<ApiCall, 'region'> & { readonly region?: string }): Promise<Record<string, unknown>> {
    const { server } = this.simulation;
    const refuse = (host: string): Error => new Error(`${host} is no part of the simulation`);
    const send = fetchOf({
      endpoint: server.endpoint,
      hosts: new Set(),
      send: async request => server.answer(request),
      refuse,
      during: async work => work(),
    });
    const before = globalThis.fetch;
    globalThis.fetch = send as typeof fetch;
    try {
      const { credentials } = this.configuration();
      const api = new AwsApi(async () => credentials, 'aws', { AWS_ENDPOINT_URL: server.endpoint });
      return await api.call({ region: REGION, ...call });
    } finally {
      globalThis.fetch = before;
    }
  }

  /** The configuration of a client of the SDK for the root of an account. */
  public configuration(region = REGION, accountId = ACCOUNT) {
    const { server, iam } = this.simulation;
    return {
      endpoint: server.endpoint,
      region,
      maxAttempts: 1,
      credentials: iam.issue({ accountId, arn: `arn:aws:iam::${accountId}:root` }),
      requestHandler: requestHandlerOf(server),
    };
  }

  /** Creates a stack. @throws Error if that fails */
  public async deploy(name: string, resources: object, region = REGION): Promise<void> {
    const stack = await this.simulation.cloudformation.create({
      accountId: ACCOUNT,
      region,
      name,
      body: JSON.stringify({ Resources: resources }),
      capabilities: ['CAPABILITY_NAMED_IAM'],
    });
    if (stack.status === 'CREATE_COMPLETE') return;
    const reasons = [...stack.states.values()].map(({ reason }) => reason).filter(reason => reason !== undefined);
    throw new Error(`stack '${name}' is in ${stack.status}: ${reasons.join('; ')}`);
  }

  public async pass(seconds: number): Promise<void> {
    const clock: Pick<VirtualClock, 'sleep'> = this.simulation.clock;
    await clock.sleep(seconds);
  }

  public async stop(): Promise<void> {
    await this.simulation.stop();
  }
}

/** Passes the requests of a client of the SDK to the simulated AWS. */
export function requestHandlerOf(server: Pick<Server, 'answer'>) {
  return {
    handle: async ({ method, path, query = {}, headers, body = '' }: SdkRequest) => {
      const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
      const bytes = typeof body === 'string' ? Buffer.from(body) : Buffer.concat([body]);
      const answer = await server.answer({
        method, path, query: new URLSearchParams(query), headers: Object.fromEntries(lower), body: bytes,
      });
      const { status: statusCode, headers: answered, body: content } = answer;
      return { response: { statusCode, headers: answered, body: Readable.from([Buffer.from(content)]) } };
    },
  };
}
