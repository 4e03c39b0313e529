/** What a function may reach: this machine, and the simulated AWS instead of AWS. */

const AWS_HOST = /\.(amazonaws\.com(\.cn)?|api\.aws|api\.amazonwebservices\.com\.cn|c2s\.ic\.gov|sc2s\.sgov\.gov)$/;

/** Name under which the runtime of a function gives the guard of its process a listener for refused hosts. */
export const REFUSED = Symbol.for('rehearsal.refused');

interface SignedRequest {
  readonly host: string;
  /** With the query. */
  readonly path: string;
  readonly headers: object;
}

/**
 * Returns the path on the simulated AWS of a request to AWS; undefined for any other request. Clients that ignore
 * `AWS_ENDPOINT_URL`, such as version 2 of the SDK, send requests to AWS. The signature names the service.
 */
export function simulatedPath({ host, path, headers }: SignedRequest): string | undefined {
  const name = host.split(':')[0].toLowerCase();
  if (!AWS_HOST.test(name)) return undefined;
  const [, authorization = ''] = Object.entries(headers).find(([key]) => key.toLowerCase() === 'authorization') ?? [];
  const isSigned = /^AWS4-(HMAC|ECDSA-P256)-SHA256 /.test(String(authorization)) || path.includes('X-Amz-Credential=');
  if (!isSigned) return undefined;
  const bucket = /^(.+)\.s3[.-]/.exec(name)?.[1];
  return bucket === undefined ? path : `/${bucket}${path}`;
}

export function isLocal(host: string): boolean {
  return /^(localhost|127\.[\d.]+|0\.0\.0\.0|::1?|::ffff:127\.[\d.]+|)$/.test(host.toLowerCase());
}

/** Returns the host in the arguments of a function such as `net.connect`; a path of a socket is local. */
export function hostIn(given: readonly unknown[]): string {
  const [first, second] = Array.isArray(given[0]) ? given[0] : given;
  if (first instanceof URL) return first.hostname.replace(/^\[(.*)\]$/, '$1');
  if (typeof first === 'object' && first !== null) {
    const { path, host, hostname } = first as Readonly<Record<string, unknown>>;
    return typeof path === 'string' && host === undefined ? 'localhost' : String(host ?? hostname ?? 'localhost');
  }
  if (typeof first === 'string' && URL.canParse(first)) return hostIn([new URL(first)]);
  if (!/^\d+$/.test(String(first))) return 'localhost';
  return typeof second === 'string' ? second : 'localhost';
}

/** Returns the address in the arguments of `send` of a UDP socket: the text after the port. */
export function addressIn(given: readonly unknown[]): string {
  return String(given.find((value, index) => typeof value === 'string' && typeof given[index - 1] === 'number')
    ?? 'localhost');
}

/** No network error of Node: a client would try it again. */
export function refusal(functionName: string, host: string): Error {
  const message = `the rehearsal refused a connection of function '${functionName}' to '${host}': `
    + 'functions reach only the simulated AWS';
  return Object.assign(new Error(message), { code: 'EACCES' });
}
