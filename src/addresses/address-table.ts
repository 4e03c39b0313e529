import { Aws, CfnParameter, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AttributeType, BillingMode, CfnTable, Table } from 'aws-cdk-lib/aws-dynamodb';
import { AccountPrincipal, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { TableAddressSpaceProps } from './address-space-props';
import { TABLE_NAME_PART } from './contract';
import { NAMES } from '../private/contract';
import { AccountStack } from '../stack/account-stack';

/** The ARN of the table of an address space, in its account. Its policy admits two functions of the CICD account. */
export function addressTable(scope: Construct, props: TableAddressSpaceProps): string {
  const { account, organization } = props;
  if (!account) return tableIn(scope, Aws.ACCOUNT_ID, props);
  const stack = new AccountStack(scope, 'Stack', {
    organization,
    account,
    description: 'Table of an address space (cdk-org-environments)',
    parameters: { CicdAccount: Stack.of(scope).account },
  });
  const cicdAccount = new CfnParameter(stack, 'CicdAccount', { description: 'Account whose functions use the table' });
  return tableIn(stack, cicdAccount.valueAsString, props);
}

function tableIn(scope: Construct, cicdAccount: string, { removalPolicy }: TableAddressSpaceProps): string {
  // a policy that names a role is rejected if the role does not exist yet
  const role = (name: string) => new AccountPrincipal(cicdAccount).withConditions({
    ArnEquals: { 'aws:PrincipalArn': `arn:${Aws.PARTITION}:iam::${cicdAccount}:role/${name}` },
  });
  const table = new Table(scope, 'Table', {
    partitionKey: { name: 'space', type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    removalPolicy: removalPolicy ?? RemovalPolicy.RETAIN,
    resourcePolicy: new PolicyDocument({
      statements: [
        new PolicyStatement({
          sid: 'GiveRanges',
          principals: [role(NAMES.addressProviderRole)],
          actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
          // the policy applies to its table only
          resources: ['*'],
        }),
        new PolicyStatement({
          sid: 'ShowRanges',
          principals: [role(NAMES.operationsFunction)],
          actions: ['dynamodb:GetItem'],
          resources: ['*'],
        }),
      ],
    }),
  });
  const resource = table.node.defaultChild as CfnTable;
  resource.overrideLogicalId(`${TABLE_NAME_PART}${scope.node.addr.slice(-8)}`);
  // the construct requires a name for use in another account
  return resource.attrArn;
}
