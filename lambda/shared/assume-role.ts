import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { AwsCredentialIdentity } from '@smithy/types';
import { clientDefaults } from './clients';

/** A role to assume, with the function's credentials or with those of a role assumed before. */
interface RoleToAssume {
  readonly roleArn: string;
  readonly externalId?: string;
  /** @default - the function's own credentials */
  readonly from?: AwsCredentialIdentity;
}

const EXPIRY_MARGIN = 5 * 60_000;
const sessions = new Map<string, AwsCredentialIdentity>();

/** Assumes a role. The session is cached until five minutes before it expires. */
export async function assumeRole(role: RoleToAssume, now: () => number = Date.now): Promise<AwsCredentialIdentity> {
  const known = sessions.get(role.roleArn);
  if (known?.expiration && known.expiration.getTime() - EXPIRY_MARGIN > now()) return known;
  const session = await newSession(role);
  sessions.set(role.roleArn, session);
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
      RoleSessionName: 'org-environments',
      ...(role.externalId && { ExternalId: role.externalId }),
    }),
  );
  if (!Credentials?.AccessKeyId || !Credentials.SecretAccessKey) {
    throw new Error(`sts:AssumeRole returned no credentials for role '${role.roleArn}': deploy again`);
  }
  return {
    accessKeyId: Credentials.AccessKeyId,
    secretAccessKey: Credentials.SecretAccessKey,
    ...(Credentials.SessionToken && { sessionToken: Credentials.SessionToken }),
    ...(Credentials.Expiration && { expiration: Credentials.Expiration }),
  };
}
