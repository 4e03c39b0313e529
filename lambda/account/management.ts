import { AccountClient } from '@aws-sdk/client-account';
import { DescribeOrganizationCommand, OrganizationsClient } from '@aws-sdk/client-organizations';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import type { AwsCredentialIdentity } from '@smithy/types';
import { accessRoleNotAssumable, actionDenied, wrongOrganization } from './access';
import type { Access, ActualOrganization } from './access';
import type { Api } from '../shared/api/api';
import { assumeRole } from '../shared/assume-role';
import { clientDefaults } from '../shared/clients';
import { isAccessDenied, isNamed } from '../shared/errors';
import { loggedApi } from '../shared/logged-api';
import { sessionName } from '../shared/session-name';

/** Regions of the Organizations endpoint, if not us-east-1. */
const REGIONS: Readonly<Record<string, string>> = { 'aws-cn': 'cn-northwest-1', 'aws-us-gov': 'us-gov-west-1' };

interface Clients {
  /** Name of the session of the clients. */
  readonly session: string;
  readonly organizations: OrganizationsClient;
  /** For calls without a client token: after a lost response we check before a retry, so the SDK must not retry. */
  readonly once: OrganizationsClient;
  readonly accounts: AccountClient;
  readonly quotas: ServiceQuotasClient;
}

/** The clients of the management account, which all ports of the account provider share. */
export class ManagementAccount {
  private made?: Clients;

  public constructor(public readonly access: Access) {}

  /** Region of the global services. */
  public get region(): string {
    return REGIONS[this.access.partition] ?? 'us-east-1';
  }

  /** Clients keep their credentials, so each session has its own. */
  public get clients(): Clients {
    const session = sessionName();
    if (this.made?.session !== session) this.made = { session, ...this.newClients() };
    return this.made;
  }

  /** The APIs of the management account. */
  public get api(): Api {
    const { roleArn, partition } = this.access;
    return loggedApi(async () => (roleArn ? this.credentials() : ownCredentials()), partition);
  }

  /**
   * Credentials of a role in a member account, which the management account assumes.
   *
   * @param sessionPolicy restricts the session. @default - it has all permissions of the role
   */
  public async memberCredentials(
    accountId: string, roleName: string, sessionPolicy?: string,
  ): Promise<AwsCredentialIdentity> {
    const from = this.access.roleArn ? { from: await this.credentials() } : {};
    const roleArn = `arn:${this.access.partition}:iam::${accountId}:role/${roleName}`;
    return assumeRole({ roleArn, ...from, ...(sessionPolicy !== undefined && { sessionPolicy }) });
  }

  /**
   * Explains a denied call.
   *
   * @param hint what else the call needs, as the end of a sentence
   */
  public async withAccessErrors<T>(action: string, call: () => Promise<T>, hint?: string): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw isAccessDenied(error) || isNamed(error, 'AWSOrganizationsNotInUseException')
        ? actionDenied(this.access, action, error, hint)
        : error;
    }
  }

  /** All items of all pages. */
  public async collect<Page, Item>(
    action: string,
    pages: AsyncIterable<Page>,
    items: (page: Page) => readonly Item[],
  ): Promise<readonly Item[]> {
    return this.withAccessErrors(action, async () => {
      const all: Item[] = [];
      for await (const page of pages) all.push(...items(page));
      return all;
    });
  }

  private newClients(): Omit<Clients, 'session'> {
    const session = {
      ...clientDefaults(),
      region: this.region,
      ...(this.access.roleArn && { credentials: async () => this.credentials() }),
    };
    return {
      organizations: new OrganizationsClient(session),
      once: new OrganizationsClient({ ...session, maxAttempts: 1 }),
      accounts: new AccountClient(session),
      quotas: new ServiceQuotasClient(session),
    };
  }

  private async credentials(): Promise<AwsCredentialIdentity> {
    const { roleArn, externalId } = this.access;
    if (!roleArn) throw new Error('the Organization has no access role: deploy the Organization again');
    try {
      return await assumeRole({ roleArn, ...(externalId && { externalId }) });
    } catch (error) {
      if (!isAccessDenied(error)) throw error;
      const actual = await this.actualOrganization();
      throw (actual && wrongOrganization(this.access, actual, error)) ?? accessRoleNotAssumable(this.access, error);
    }
  }

  /** The organization as the CICD account sees it; undefined: it cannot be read. */
  private async actualOrganization(): Promise<ActualOrganization | 'none' | undefined> {
    const client = new OrganizationsClient({ ...clientDefaults(), region: this.region });
    try {
      const { Organization: seen } = await client.send(new DescribeOrganizationCommand({}));
      if (!seen?.Id || !seen.MasterAccountId) return undefined;
      return { organizationId: seen.Id, managementAccountId: seen.MasterAccountId };
    } catch (error) {
      return isNamed(error, 'AWSOrganizationsNotInUseException') ? 'none' : undefined;
    }
  }
}

async function ownCredentials(): Promise<AwsCredentialIdentity> {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '', AWS_SESSION_TOKEN: sessionToken,
  } = process.env;
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}

/** The result of a call; undefined if it fails with an error of this name. */
export async function unlessNamed<T>(name: string, call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (isNamed(error, name)) return undefined;
    throw error;
  }
}

/** The tags as the SDK expects them. */
export function tagList(tags: Readonly<Record<string, string>>) {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
