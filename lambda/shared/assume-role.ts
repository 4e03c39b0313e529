import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { AwsCredentialIdentity } from '@smithy/types';
import { clientDefaults } from './clients';

/** A role to be entered, from the function's own role or from one entered before. */
interface RoleToAssume {
  readonly roleArn: string;
  readonly externalId?: string;
  /** @default - the function's own credentials */
  readonly from?: AwsCredentialIdentity;
}

const SAFETY_MILLISECONDS = 5 * 60_000;
const sessions = new Map<string, AwsCredentialIdentity>();

/** Enters a role; the session is kept for the next call until shortly before it ends. */
export async function assumeRole(role: RoleToAssume, now: () => number = Date.now): Promise<AwsCredentialIdentity> {
  const known = sessions.get(role.roleArn);
  if (known?.expiration && known.expiration.getTime() - SAFETY_MILLISECONDS > now()) return known;
  const session = await newSession(role);
  sessions.set(role.roleArn, session);
  return session;
}

/** Enters a role that goes and comes back with a pipeline: a session of the role that is gone says nothing to the one of the same name. */
export async function newSession(role: RoleToAssume): Promise<AwsCredentialIdentity> {
  const sts = new STSClient({ ...clientDefaults(), ...(role.from && { credentials: role.from }) });
  const { Credentials } = await sts.send(new AssumeRoleCommand({
    RoleArn: role.roleArn,
    RoleSessionName: 'org-environments',
    ...(role.externalId && { ExternalId: role.externalId }),
  }));
  if (!Credentials?.AccessKeyId || !Credentials.SecretAccessKey) throw new Error(`the role ${role.roleArn} answered without credentials`);
  return {
    accessKeyId: Credentials.AccessKeyId,
    secretAccessKey: Credentials.SecretAccessKey,
    ...(Credentials.SessionToken && { sessionToken: Credentials.SessionToken }),
    ...(Credentials.Expiration && { expiration: Credentials.Expiration }),
  };
}
