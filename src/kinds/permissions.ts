import { Aws } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { RecordAccess, Permission } from './kind';
import { REGISTRY_INDEX } from '../registry/contract';

/** A statement with one or more actions on named resources. */
export function allow(sid: string, actions: string[], resources: string[], whyWildcard?: string): Permission {
  return { statement: new PolicyStatement({ sid, actions, resources }), whyWildcard };
}

/**
 * Rights on the registry's records, restricted by the prefixes of their keys.
 *
 * @param isBatched whether records are also read many in one call
 */
export function recordPermissions(
  registry: ITable, { write = [], put = [], read = [], list = [], queue = [] }: RecordAccess, isBatched = false,
): Permission[] {
  const on = (sid: string, actions: string[], keys: readonly string[], resource = registry.tableArn): Permission[] => keys.length === 0 ? [] : [{
    statement: new PolicyStatement({
      sid, actions, resources: [resource], conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys } },
    }),
  }];
  const below = (prefixes: readonly string[]) => prefixes.map(prefix => `${prefix}*`);
  return [
    // in one statement, because records of all prefixes are read in one call
    ...on('ReadRecords', [...isBatched ? ['dynamodb:BatchGetItem'] : [], 'dynamodb:GetItem'], below([...write, ...put, ...read])),
    ...on('WriteRecords', ['dynamodb:PutItem'], below([...write, ...put])),
    ...on('DeleteRecords', ['dynamodb:DeleteItem'], below(write)),
    ...on('ListRecords', ['dynamodb:Query'], list, `${registry.tableArn}/index/${REGISTRY_INDEX.indexName}`),
    ...on('Queues', ['dynamodb:UpdateItem'], queue),
  ];
}

/** Lets a function assume roles of member accounts, which are known by the roles' names and by the organization. */
export function assumeMemberRoles(organizationId: string, roleNames: readonly string[]): Permission {
  return {
    statement: new PolicyStatement({
      sid: 'EnterMembers',
      actions: ['sts:AssumeRole'],
      resources: roleNames.map(name => `arn:${Aws.PARTITION}:iam::*:role/${name}`),
      // the CICD account's own bootstrap roles lead to its administrator
      conditions: {
        StringEquals: { 'aws:ResourceOrgID': organizationId },
        StringNotEquals: { 'aws:ResourceAccount': Aws.ACCOUNT_ID },
      },
    }),
    whyWildcard: 'the accounts are created later; the role is named, and the organization',
  };
}

/** Lets a function see whether CloudFormation still waits for a resource. */
export function describeStacks(sid: string, actions: string[]): Permission {
  return allow(sid, actions, [`arn:${Aws.PARTITION}:cloudformation:${Aws.REGION}:${Aws.ACCOUNT_ID}:stack/*`],
    'the stacks of all apps that use the organization');
}
