import { Aws } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import type { RecordAccess, Permission } from './kind';
import { acknowledgeWildcards } from '../private/acknowledge';
import { REGISTRY_INDEX } from '../registry/contract';

/** A permission for actions on resources. */
export function allow(sid: string, actions: string[], resources: string[], whyWildcard?: string): Permission {
  return { statement: new PolicyStatement({ sid, actions, resources }), whyWildcard };
}

/**
 * Permissions on records of the registry, restricted by the prefixes of their keys.
 *
 * @param isBatched whether records are also read in batches
 */
export function recordPermissions(
  registry: ITable,
  { write = [], remove = [], put = [], read = [], list = [], queue = [] }: RecordAccess,
  isBatched = false,
): Permission[] {
  const on = (sid: string, actions: string[], keys: readonly string[], resource = registry.tableArn): Permission[] => {
    if (keys.length === 0) return [];
    const conditions = { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys } };
    return [{ statement: new PolicyStatement({ sid, actions, resources: [resource], conditions }) }];
  };
  const below = (prefixes: readonly string[]) => prefixes.map(prefix => `${prefix}*`);
  return [
    // in one statement, because a batch has records of all prefixes
    ...on('ReadRecords', [
      ...isBatched ? ['dynamodb:BatchGetItem'] : [], 'dynamodb:GetItem',
    ], below([...write, ...put, ...remove, ...read])),
    ...on('WriteRecords', ['dynamodb:PutItem'], below([...write, ...put])),
    ...on('DeleteRecords', ['dynamodb:DeleteItem'], below([...write, ...remove])),
    ...on('ListRecords', ['dynamodb:Query'], list, `${registry.tableArn}/index/${REGISTRY_INDEX.indexName}`),
    ...on('Queues', ['dynamodb:UpdateItem'], queue),
  ];
}

/** Permission to assume roles of member accounts, restricted by the names of the roles and by the organization. */
export function assumeMemberRoles(organizationId: string, roleNames: readonly string[]): Permission {
  return {
    statement: new PolicyStatement({
      sid: 'AssumeMemberRoles',
      actions: ['sts:AssumeRole'],
      resources: roleNames.map(name => `arn:${Aws.PARTITION}:iam::*:role/${name}`),
      // the bootstrap roles of the CICD account itself are as powerful as an administrator
      conditions: {
        StringEquals: { 'aws:ResourceOrgID': organizationId },
        StringNotEquals: { 'aws:ResourceAccount': Aws.ACCOUNT_ID },
      },
    }),
    whyWildcard: 'the accounts are created later; the name of the role and the organization restrict them',
  };
}

/** Permission to check whether CloudFormation still waits for a resource. */
export function describeStacks(sid: string, actions: string[]): Permission {
  return allow(sid, actions, [`arn:${Aws.PARTITION}:cloudformation:${Aws.REGION}:${Aws.ACCOUNT_ID}:stack/*`],
    'the stacks of all apps that use the organization');
}

/** Acknowledges the findings of cdk-nag about the wildcards in permissions, with their reasons. */
export function acknowledgePermissions(construct: IConstruct, permissions: readonly Permission[]): void {
  acknowledgeWildcards(construct, permissions.map(({ statement }) => statement), Object.fromEntries(
    permissions.map(({ statement, whyWildcard = '' }) => [statement.sid ?? '', whyWildcard]),
  ));
}
