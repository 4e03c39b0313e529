import { createPrivateKey } from 'node:crypto';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { HostError } from './source';
import { clientDefaults } from '../shared/clients';
import { isPermanentAwsError } from '../shared/errors';

/** A token, or the key of a GitHub App. With both, GitHub gets the key, and other hosts get the token. */
export type HostCredentials = Token | AppKey | (Token & AppKey);

interface Token {
  readonly token: string;
}

interface AppKey {
  readonly appId: string;
  readonly installationId: string;
  readonly privateKey: string;
}

/** Reads the credentials of a host. They are neither logged nor part of an error. */
export type ReadCredentials = (secretArn: string) => Promise<HostCredentials>;

const FORM = 'it must be a token, or JSON with "token", or JSON with "appId", "installationId" and "privateKey"';

export function secretCredentials(client = new SecretsManagerClient(clientDefaults())): ReadCredentials {
  return async secretArn => parseCredentials(secretArn, await secretText(client, secretArn));
}

async function secretText(client: SecretsManagerClient, secretArn: string): Promise<string | undefined> {
  try {
    return (await client.send(new GetSecretValueCommand({ SecretId: secretArn }))).SecretString;
  } catch (error) {
    if (!isPermanentAwsError(error)) throw error;
    throw new HostError(
      `the credentials in secret ${secretArn} cannot be read: ${error.name}: ${error.message}: create the secret in `
        + "this account and region, and add it to the 'repositoryCredentials' of the Organization",
      error,
    );
  }
}

export function parseCredentials(secretArn: string, text: string | undefined): HostCredentials {
  const trimmed = text?.trim() ?? '';
  const { token, appId, installationId, privateKey } = trimmed.startsWith('{') ? fieldsOf(trimmed) : { token: trimmed };
  // a header with another character is rejected by an error that contains the token
  const ofToken = isText(token) && /^[\x21-\x7e]+$/.test(token) ? { token } : undefined;
  const ofApp = isId(appId) && isId(installationId) && isText(privateKey)
    ? { appId: String(appId), installationId: String(installationId), privateKey: checkedKey(secretArn, privateKey) }
    : undefined;
  if (ofToken && ofApp) return { ...ofToken, ...ofApp };
  const found = ofToken ?? ofApp;
  if (found) return found;
  throw new HostError(`the secret ${secretArn} has no credentials: ${FORM}`);
}

/** @throws without showing parts of the key */
function checkedKey(secretArn: string, privateKey: string): string {
  try {
    createPrivateKey(privateKey);
    return privateKey;
  } catch {
    throw new HostError(
      `the private key of the GitHub App in secret ${secretArn} cannot be read: "privateKey" must be the text of the `
        + "file that GitHub has generated, from '-----BEGIN' on, with its line ends as \\n",
    );
  }
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text);
  } catch {
    // the error of the parser would show parts of the secret
    return {};
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isId(value: unknown): value is string | number {
  return isText(value) || typeof value === 'number';
}
