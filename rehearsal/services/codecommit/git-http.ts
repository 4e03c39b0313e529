import type { BranchHead } from './content';
import type { Git } from './git';
import type { Repository } from './repository';
import { AwsError } from '../../core/service';
import type { HttpRequest } from '../../core/service';

/** A request of git for one repository. */
export interface GitRequest {
  /** The path of the repository. */
  readonly path: string;
  readonly program: 'upload-pack' | 'receive-pack';
  /** Whether only the branches are requested. */
  readonly isAdvertisement: boolean;
  readonly body: Buffer;
}

/** Parses a request of git; undefined: it is another one. */
export function gitRequestOf({ method, path, query, body }: HttpRequest): GitRequest | undefined {
  const [, repository = '', service = ''] = /^\/(.+)\/(info\/refs|git-(?:upload|receive)-pack)$/.exec(path) ?? [];
  const name = service === 'info/refs' ? query.get('service') ?? '' : service;
  const isAdvertisement = service === 'info/refs';
  if (!/^git-(upload|receive)-pack$/.test(name) || method !== (isAdvertisement ? 'GET' : 'POST')) return undefined;
  const program = name === 'git-upload-pack' ? 'upload-pack' : 'receive-pack';
  return { path: decodeURIComponent(repository), program, isAdvertisement, body };
}

/** The user and the password of a request. */
export function basicCredentials({ headers: { authorization = '' } }: HttpRequest): readonly [string, string] {
  const text = Buffer.from(authorization.replace(/^basic /i, ''), 'base64').toString();
  const colon = text.indexOf(':');
  return [text.slice(0, colon), text.slice(colon + 1)];
}

/** The type of the response. */
export function contentTypeOf({ program, isAdvertisement }: GitRequest): string {
  return `application/x-git-${program}-${isAdvertisement ? 'advertisement' : 'result'}`;
}

/** Answers with git itself: https://git-scm.com/docs/http-protocol */
export async function gitAnswer(
  git: Git, { path, name }: Repository, { program, isAdvertisement, body }: GitRequest,
): Promise<Buffer> {
  if (path === undefined) {
    throw new AwsError('NotImplemented', `repository ${name} is in memory here, where git cannot read it`, 501);
  }
  // pushes are reported by the caller
  const command = ['-c', 'core.hooksPath=/dev/null', program, '--stateless-rpc'];
  if (!isAdvertisement) return git.run([...command, path], { input: body });
  const service = `# service=git-${program}\n`;
  const head = `${(service.length + 4).toString(16).padStart(4, '0')}${service}0000`;
  return Buffer.concat([Buffer.from(head), await git.run([...command, '--advertise-refs', path])]);
}

/** A branch that a push has moved. */
export interface MovedHead {
  readonly branch: string;
  readonly from?: string;
  readonly to?: string;
}

/** The branches that differ. */
export function movedHeads(before: readonly BranchHead[], after: readonly BranchHead[]): readonly MovedHead[] {
  const [old, now] = [before, after].map(heads => new Map(heads.map(({ name, commitId }) => [name, commitId])));
  return [...new Set([...old.keys(), ...now.keys()])]
    .map(branch => ({ branch, from: old.get(branch), to: now.get(branch) }))
    .filter(({ from, to }) => from !== to);
}
