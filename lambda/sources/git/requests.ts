import { unpacked } from './packets';
import type { GitRemote } from '../source';
import { HostUnavailableError, SourceError } from '../source';

/** What a server of git does for a client. */
export type GitService = 'git-upload-pack' | 'git-receive-pack';

type Packets = ReturnType<typeof unpacked>;

/** A function has 512 MB and 60 seconds: a larger history is pushed by a person. */
const MAX_MEGABYTES = 50;
const TIMEOUT_MILLISECONDS = 25_000;

/** Reads the branches of a repository and what its server can do. */
export async function advertisement(remote: GitRemote, service: GitService): Promise<Packets> {
  return sent(remote, `info/refs?service=${service}`, { method: 'GET' });
}

/** Sends a request of git's protocol, version 0: https://git-scm.com/docs/http-protocol */
export async function exchange(remote: GitRemote, service: GitService, body: Buffer): Promise<Packets> {
  return sent(remote, service, {
    method: 'POST', headers: { 'content-type': `application/x-${service}-request` }, body: Uint8Array.from(body),
  });
}

async function sent(remote: GitRemote, path: string, request: RequestInit): Promise<Packets> {
  const { hostname } = new URL(remote.url);
  try {
    const response = await fetch(`${remote.url}/${path}`, {
      ...request,
      headers: { ...request.headers, authorization: remote.authorization },
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    });
    if (!response.ok) throw rejected(hostname, response.status, (await response.text()).slice(0, 200).trim());
    return unpacked(await bodyOf(response, hostname));
  } catch (error) {
    if (error instanceof SourceError || error instanceof HostUnavailableError || !(error instanceof Error)) throw error;
    throw new HostUnavailableError(`git at ${hostname} does not answer: ${error.message}`, error);
  }
}

function rejected(hostname: string, status: number, message: string): Error {
  const reason = `git at ${hostname} answered with status ${status}${message === '' ? '' : ` (${message})`}`;
  return status === 429 || status >= 500 ? new HostUnavailableError(reason) : new SourceError(reason);
}

async function bodyOf({ body }: Response, hostname: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_MEGABYTES * 1024 * 1024) {
      throw new SourceError(`the history at ${hostname} is larger than ${MAX_MEGABYTES} MB, which a function cannot `
        + 'copy: create the repository and push the history to it yourself');
    }
  }
  return Buffer.concat(chunks);
}
