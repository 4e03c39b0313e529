import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { AwsCredentialIdentity } from '@smithy/types';
import { collectFacts } from './collect';
import type { DescribedPlace } from './collect';
import type { NetworkFacts } from './facts';
import type { NamedAccount } from './places';
import { AwsApi } from '../../lambda/shared/api/api';
import { BOOTSTRAP_QUALIFIER } from '../../src/private/contract';
import type { Terminal } from '../output/terminal';

interface DescribeOptions extends Pick<Terminal, 'warn'> {
  /** Whether the databases are read, too. */
  readonly hasDatabases: boolean;
}

/**
 * Reads the networks of accounts through the lookup role of their CDK bootstrap, which trusts the CICD account and only
 * reads. An account that it cannot enter is left out, with a warning.
 */
export async function describeAccounts(
  accounts: readonly NamedAccount[], region: string, { warn, hasDatabases }: DescribeOptions,
): Promise<NetworkFacts> {
  const sts = new STSClient({ region });
  const places = await Promise.all(accounts.map(async ({ accountId }): Promise<DescribedPlace | undefined> => {
    try {
      const credentials = await lookupCredentials(sts, accountId, region);
      const api = new AwsApi(async () => credentials, partitionOf(region));
      return {
        accountId,
        region,
        hasDatabases,
        call: async (operation, input, service = 'ec2') => api.call({ service, region, operation, input }),
      };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      warn(`the networks of account ${accountId} cannot be read, and are left out: ${reason}`);
      return undefined;
    }
  }));
  return collectFacts(places.filter(place => place !== undefined));
}

async function lookupCredentials(sts: STSClient, accountId: string, region: string): Promise<AwsCredentialIdentity> {
  const name = `cdk-${BOOTSTRAP_QUALIFIER}-lookup-role-${accountId}-${region}`;
  const { Credentials } = await sts.send(new AssumeRoleCommand({
    RoleArn: `arn:${partitionOf(region)}:iam::${accountId}:role/${name}`, RoleSessionName: 'org-environments-check',
  }));
  return {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    ...Credentials?.SessionToken !== undefined && { sessionToken: Credentials.SessionToken },
  };
}

function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  return region.startsWith('eusc-') ? 'aws-eusc' : 'aws';
}
