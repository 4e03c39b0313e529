import type { HttpRequest } from '../service';

interface CredentialScope {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
}

/** Services with SigV4A are global. */
const REGION_OF_SETS = 'us-east-1';

/** Returns the header that names the signer of a request. Its signature is a placeholder, because none is verified. */
export function authorizationOf({ accessKeyId, region, service }: CredentialScope): string {
  const credential = `${accessKeyId}/20260101/${region}/${service}/aws4_request`;
  return `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=none`;
}

/**
 * Parses the access key, region and service from a SigV4 header or a presigned URL. The signature is not verified: on a
 * loopback interface it proves nothing.
 */
export function credentialScope(request: HttpRequest): CredentialScope | undefined {
  const header = /Credential=([^,\s]+)/.exec(request.headers.authorization ?? '')?.[1];
  const credential = header ?? request.query.get('X-Amz-Credential') ?? undefined;
  const [accessKeyId, , ...scope] = credential?.split('/') ?? [];
  // SigV4A signs for a set of regions, which is a header and not part of the scope
  const isForRegions = request.headers.authorization?.startsWith('AWS4-ECDSA') === true;
  const [region, service] = isForRegions ? [REGION_OF_SETS, scope[0]] : scope;
  return service === undefined ? undefined : { accessKeyId, region, service };
}
