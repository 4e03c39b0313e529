import type * as v from 'valibot';
import type { CommitDetails, Content } from '../../services/codecommit/content';
import { HostResponse } from '../host';
import { inputOf, pageOf, timeOf } from '../input';

export function read<Schema extends v.GenericSchema>(schema: Schema, body: unknown): v.InferOutput<Schema> {
  return inputOf(schema, body, problem => failed(400, problem));
}

export function failed(status: number, message: string): HostResponse {
  return new HostResponse(status, { type: 'error', error: { message } });
}

/** A page of a list, with the address of the next one. */
export function listOf<Value>(all: readonly Value[], path: string, query: URLSearchParams, usual: number) {
  const { values, page, size, isLast } = pageOf(all, query, 'pagelen', usual);
  const next = new URLSearchParams(query);
  next.set('page', String(page + 1));
  return {
    pagelen: size,
    page,
    values,
    ...!isLast && { next: `https://api.bitbucket.org/2.0/repositories/${path}?${next.toString()}` },
  };
}

export async function branchOf(git: Content, name: string, commitId: string) {
  return { type: 'branch', name, target: commitOf(await git.details(commitId)) };
}

export function commitOf({ commitId: hash, parents, message, author: { name, email, date } }: CommitDetails) {
  return {
    type: 'commit',
    hash,
    date: timeOf(date),
    author: { type: 'author', raw: `${name} <${email}>` },
    message,
    parents: parents.map(parent => ({ type: 'commit', hash: parent })),
  };
}
