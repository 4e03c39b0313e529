import type { HttpRequest } from '../service';

interface CredentialScope {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
}

/**
 * Parses the access key, region and service from a SigV4 header or a presigned URL. The signature is not verified: on a
 * loopback interface it proves nothing.
 */
export function credentialScope(request: HttpRequest): CredentialScope | undefined {
  const header = /Credential=([^,\s]+)/.exec(request.headers.authorization ?? '')?.[1];
  const credential = header ?? request.query.get('X-Amz-Credential') ?? undefined;
  const [accessKeyId, , region, service] = credential?.split('/') ?? [];
  return service === undefined ? undefined : { accessKeyId, region, service };
}
