import { Aws, Stack } from 'aws-cdk-lib';
import { AccountPrincipal, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { DatabaseClient } from './database-props';

/** A client whose account id can be used in the stack of the database. */
export interface KnownClient extends Pick<DatabaseClient, 'cidr'> {
  readonly accountId: string;
  readonly roleNames: readonly string[];
}

/** A role need not exist yet, so the statement names the account, and the role in a condition. */
function byRoles({ accountId, roleNames }: KnownClient) {
  const roles = roleNames.map(name => `arn:${Aws.PARTITION}:iam::${accountId}:role/${name}`);
  return {
    principals: [new AccountPrincipal(accountId)],
    conditions: { ArnEquals: { 'aws:PrincipalArn': roles } },
  };
}

/** Statements of the key: roles decrypt the secret, and accounts use snapshots that are shared with them. */
export function keyStatements(stack: Stack, clients: readonly KnownClient[]): PolicyStatement[] {
  return clients.flatMap((client, index) => {
    const { principals, conditions } = byRoles(client);
    const secret = new PolicyStatement({
      sid: `Secret${index}`,
      principals,
      actions: ['kms:Decrypt'],
      resources: ['*'],
      conditions: {
        ...conditions,
        StringEquals: { 'kms:ViaService': `secretsmanager.${stack.region}.amazonaws.com` },
      },
    });
    const snapshots = new PolicyStatement({
      sid: `Snapshots${index}`,
      principals,
      actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:CreateGrant'],
      resources: ['*'],
      conditions: { StringEquals: { 'kms:ViaService': `rds.${stack.region}.amazonaws.com` } },
    });
    return client.roleNames.length > 0 ? [secret, snapshots] : [snapshots];
  });
}

/** The policy of the secret: the named roles read it, and no role of another account does. */
export function secretPolicy(clients: readonly KnownClient[]): PolicyDocument | undefined {
  const readers = clients.filter(({ roleNames }) => roleNames.length > 0);
  if (readers.length === 0) return undefined;
  return new PolicyDocument({
    statements: readers.map((client, index) => new PolicyStatement({
      sid: `Read${index}`,
      ...byRoles(client),
      actions: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
      // the policy applies to its secret only
      resources: ['*'],
    })),
  });
}
