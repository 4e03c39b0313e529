import { FLUSH, packet } from './packets';
import { advertisement, exchange } from './requests';
import type { GitRemote } from '../source';
import { BranchMovedError, SourceError } from '../source';

/** A branch and its head. */
interface Head {
  /** Full name: `refs/heads/…`. */
  readonly reference: string;
  readonly commitId: string;
}

interface Advertisement {
  readonly heads: readonly Head[];
  readonly capabilities: readonly string[];
}

/** Copies the history of a repository to another one. */
export type CopyHistory = (from: GitRemote, to: GitRemote) => Promise<void>;

/**
 * Copies the default branch of a repository, with its history, to an empty one: the pack that one server sends is what
 * the other one receives. It may be repeated: a repository with a branch is not changed.
 *
 * @throws SourceError if the repository to copy has no commit
 */
export const copyHistory: CopyHistory = async (from, to) => {
  const target = parsed((await advertisement(to, 'git-receive-pack')).packets);
  if (target.heads.length > 0) return;
  const source = parsed((await advertisement(from, 'git-upload-pack')).packets);
  const head = defaultOf(source);
  await push(to, head, await packOf(from, head, source.capabilities));
};

/** The first line has the capabilities, after a zero byte. */
function parsed(packets: readonly Buffer[]): Advertisement {
  const lines = packets.map(String).filter(line => !line.startsWith('# service='));
  const [first = '', list = ''] = lines[0]?.split('\0') ?? [];
  const heads = [first, ...lines.slice(1)].flatMap(line => {
    const [commitId = '', reference = ''] = line.trim().split(' ');
    return reference.startsWith('refs/heads/') ? [{ reference, commitId }] : [];
  });
  return { heads, capabilities: list.trim().split(' ') };
}

/** The branch that a clone would check out. */
function defaultOf({ heads, capabilities }: Advertisement): Head {
  const symbolic = capabilities.find(one => one.startsWith('symref=HEAD:'))?.slice('symref=HEAD:'.length);
  const found = heads.find(({ reference }) => reference === symbolic)
    ?? heads.find(({ reference }) => reference === 'refs/heads/main')
    ?? heads[0];
  if (found === undefined) throw new SourceError('the template has no commit yet: push one to it first');
  return found;
}

/** The commits, trees and files of a branch. */
async function packOf(from: GitRemote, { commitId }: Head, capabilities: readonly string[]): Promise<Buffer> {
  const wanted = ['side-band-64k', 'ofs-delta', 'no-progress'].filter(one => capabilities.includes(one));
  const request = `${packet(`want ${[commitId, ...wanted].join(' ')}\n`)}${FLUSH}${packet('done\n')}`;
  const { packets, rest } = await exchange(from, 'git-upload-pack', Buffer.from(request));
  if (!wanted.includes('side-band-64k')) return rest;
  const bands = packets.filter(([band]) => band !== undefined && band <= 3);
  const error = bands.find(([band]) => band === 3);
  if (error) throw new SourceError(`git cannot read the template: ${String(error.subarray(1)).trim()}`);
  return Buffer.concat(bands.filter(([band]) => band === 1).map(content => content.subarray(1)));
}

/** Creates a branch that must not exist. */
async function push(to: GitRemote, { reference, commitId }: Head, pack: Buffer): Promise<void> {
  const nothing = '0'.repeat(commitId.length);
  const command = `${packet(`${nothing} ${commitId} ${reference}\0report-status\n`)}${FLUSH}`;
  const { packets } = await exchange(to, 'git-receive-pack', Buffer.concat([Buffer.from(command), pack]));
  const report = packets.map(line => String(line).trim());
  if (report.includes(`ok ${reference}`)) return;
  // another writer was faster, or the server has rejected it: the next look tells
  const reason = report.find(line => /^(ng|unpack) (?!ok)/.test(line)) ?? 'without a reason';
  if (/exist|lock|fetch first|stale/i.test(reason)) throw new BranchMovedError(reason);
  throw new SourceError(`git rejected the history of the template: ${reason}`);
}
