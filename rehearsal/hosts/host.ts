import { generateKeyPairSync } from 'node:crypto';
import type { HttpRequest } from '../core/service';

/** A response of a host in JSON. */
export class HostResponse extends Error {
  public constructor(
    public readonly status: number,
    public readonly body?: unknown,
    public readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(`status ${status}`);
  }
}

export interface HostRequest extends Pick<HttpRequest, 'method' | 'path' | 'query' | 'headers'> {
  /** Empty without a body. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** What a token may do. */
export interface TokenAccess {
  readonly level: 'read' | 'write';
  /** Full names of repositories. @default - all of them */
  readonly repositories?: readonly string[];
  /** Names of repositories without their owner. @default - all of them */
  readonly names?: readonly string[];
}

/** The token that a rehearsal finds in every secret. */
export const REHEARSAL_TOKEN = 'rehearsal-token';

/** What hosts accept, and how they fail. A test may change it at any time. */
export interface HostConditions {
  /** By token. */
  tokens: Record<string, TokenAccess>;
  /** GitHub Apps by id: the public key, and the token of each installation by its id. */
  apps: Record<string, { readonly publicKey: string; readonly installations: Readonly<Record<string, string>> }>;
  /** Answers every request. */
  failure?: HostResponse;
}

export function usualConditions(): HostConditions {
  return { tokens: { [REHEARSAL_TOKEN]: { level: 'write' } }, apps: {} };
}

/** The token of the App of a rehearsal. */
const APP_TOKEN = 'rehearsal-app';

/** The value of every secret in a rehearsal: a token for all hosts, and the key of a GitHub App. */
export function rehearsalCredentials(conditions: HostConditions): () => string {
  let text: string | undefined;
  return () => {
    if (text !== undefined) return text;
    const { publicKey, privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    });
    conditions.tokens[APP_TOKEN] = { level: 'write' };
    conditions.apps['1'] = { publicKey, installations: { 1: APP_TOKEN } };
    text = JSON.stringify({ token: REHEARSAL_TOKEN, appId: '1', installationId: '1', privateKey });
    return text;
  };
}
