import type { AwsCredentialIdentity } from '@smithy/types';
import { decodeError, decodeResponse, encodeRequest } from './protocols';
import { API_SERVICES, partitionOf } from './services';
import type { ApiService, ApiServiceName } from './services';
import { retryTransient } from '../retry';
import { signerOf } from '../signer';

/** A call of an operation of AWS. */
export interface ApiCall {
  readonly service: ApiServiceName;
  readonly region: string;
  /** Name of the operation; method and path in REST protocols, for example `DELETE /2015-03-31/functions/f`. */
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Id of the account, for a service whose host name contains it. */
  readonly accountId?: string;
}

/** The APIs of an account. Responses are objects; in XML, all values are text. */
export interface Api {
  /** @throws an error with the name that AWS gives it */
  call(call: ApiCall): Promise<Readonly<Record<string, unknown>>>;
}

const TIMEOUT_MILLISECONDS = 20_000;
const RETRY_MILLISECONDS = 10_000;

/** AWS, without the clients of the SDK: one signed request for any service. */
export class AwsApi implements Api {
  public constructor(
    private readonly credentials: () => Promise<AwsCredentialIdentity>,
    private readonly partition: string,
    private readonly environment: NodeJS.ProcessEnv = process.env,
  ) {}

  public async call(call: ApiCall): Promise<Readonly<Record<string, unknown>>> {
    return retryTransient(async () => this.send(call), RETRY_MILLISECONDS);
  }

  private async send({ service: name, region, operation, input, accountId }: ApiCall) {
    const service: ApiService = API_SERVICES[name];
    const { main } = partitionOf(this.partition);
    const signedRegion = service.isGlobal ? main : region;
    const { protocol, hostname, host, origin } = new URL(this.endpoint(service, region, accountId));
    const { method, path, query, body, ...encoded } = encodeRequest(service, operation, input);
    const headers = { ...encoded.headers, ...service.isOfAccount && { 'x-amz-account-id': accountId ?? '' } };
    const credentials = await this.credentials();
    const signer = signerOf(service.signs ?? service.host, signedRegion, credentials);
    const signed = await signer.sign({
      method, protocol, hostname, path, query: { ...query }, headers: { host, ...headers }, body,
    });
    const search = new URLSearchParams(query).toString();
    const response = await fetch(`${origin}${path}${search === '' ? '' : `?${search}`}`, {
      method,
      headers: signed.headers,
      ...(body !== '' && { body }),
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    });
    const text = await response.text();
    if (!response.ok) throw decodeError(service, response, text);
    return decodeResponse(service, operation, text);
  }

  private endpoint(service: ApiService, region: string, accountId: string | undefined): string {
    const { AWS_ENDPOINT_URL: override } = this.environment;
    if (override !== undefined) return override;
    const { suffix } = partitionOf(this.partition);
    // the names of buckets are in the path
    const host = service.isOfAccount ? `${accountId}.${service.host}` : service.host;
    return service.isGlobal ? `https://${host}.${suffix}` : `https://${host}.${region}.${suffix}`;
  }
}
