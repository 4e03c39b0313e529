import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { AwsCredentialIdentity } from '@smithy/types';
import { clientDefaults } from './clients';
import { sessionName } from './session-name';

/** A role to assume, with the function's credentials or with those of a role assumed before. */
interface RoleToAssume {
  readonly roleArn: string;
  readonly externalId?: string;
  /** @default - the function's own credentials */
  readonly from?: AwsCredentialIdentity;
  /** Restricts the permissions of the session. @default - it has those of the role */
  readonly sessionPolicy?: string;
}

const EXPIRY_MARGIN = 5 * 60_000;
const sessions = new Map<string, AwsCredentialIdentity>();

/**
 * Assumes a role. The session is cached until five minutes before it expires, for the same request: its name identifies
 * the request.
 */
export async function assumeRole(role: RoleToAssume, now: () => number = Date.now): Promise<AwsCredentialIdentity> {
  const key = `${role.roleArn} ${sessionName()} ${role.sessionPolicy ?? ''}`;
  const isValid = ({ expiration }: AwsCredentialIdentity) =>
    expiration !== undefined && expiration.getTime() - EXPIRY_MARGIN > now();
  const known = sessions.get(key);
  if (known && isValid(known)) return known;
  for (const [other, session] of sessions) if (!isValid(session)) sessions.delete(other);
  const session = await newSession(role);
  sessions.set(key, session);
  return session;
}

/**
 * Assumes a role without the cache: a role that is deleted and created again with its pipeline does not accept a
 * session of its predecessor of the same name.
 */
export async function newSession(role: RoleToAssume): Promise<AwsCredentialIdentity> {
  const sts = new STSClient({ ...clientDefaults(), ...(role.from && { credentials: role.from }) });
  const { Credentials } = await sts.send(
    new AssumeRoleCommand({
      RoleArn: role.roleArn,
      RoleSessionName: sessionName(),
      ...(role.externalId && { ExternalId: role.externalId }),
      ...(role.sessionPolicy !== undefined && { Policy: role.sessionPolicy }),
    }),
  );
  if (!Credentials?.AccessKeyId || !Credentials.SecretAccessKey) {
    throw new Error(`sts:AssumeRole returned no credentials for role '${role.roleArn}': try again`);
  }
  return {
    accessKeyId: Credentials.AccessKeyId,
    secretAccessKey: Credentials.SecretAccessKey,
    ...(Credentials.SessionToken && { sessionToken: Credentials.SessionToken }),
    ...(Credentials.Expiration && { expiration: Credentials.Expiration }),
  };
}
