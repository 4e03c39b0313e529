import { inProd, on, roleIn } from './attempt';
import type { Attempt } from './attempt';
import { REGION } from '../fixtures/app';

/** On what the account of an environment has for others, and what functions of the CICD account enter. */
export const SHARED: readonly Attempt[] = [
  {
    what: 'Assume the role that cleans the account of `prod` when it goes back to its pool',
    why: 'it trusts the function of the CICD account that cleans accounts only',
    needs: ({ accountId }) => on(roleIn(accountId, `org-environments-clean-${REGION}`), 'sts:AssumeRole'),
  },
  {
    what: 'Assume the roles that attach the network of `prod` to a hub, or the role of the hub',
    why: 'they trust the function of the CICD account that attaches networks only',
    needs: ({ networkRoleArns }) => on(networkRoleArns, 'sts:AssumeRole'),
  },
  {
    what: 'Accept an attachment to the hub of `prod`, or change its routes',
    why: 'a transit gateway that is shared is administered by its own account only',
    needs: target => [
      ...on(inProd(target, 'ec2', 'transit-gateway-attachment/any'), 'ec2:AcceptTransitGatewayVpcAttachment'),
      ...on(inProd(target, 'ec2', 'transit-gateway-route-table/any'), [
        'ec2:AssociateTransitGatewayRouteTable', 'ec2:EnableTransitGatewayRouteTablePropagation',
        'ec2:CreateTransitGatewayRoute',
      ]),
    ],
  },
  {
    what: 'Take or release ranges of the address space in the account of `prod`',
    why: 'the table admits two functions of the CICD account only',
    needs: ({ addressTableArn }) => on(addressTableArn, [
      'dynamodb:GetItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:PutItem',
    ]),
  },
  {
    what: 'Read the secret of the database of `prod`, or use its key',
    why: 'the secret and its key admit the roles of the accounts that the database names only',
    needs: ({ databaseSecretArn, databaseKeyArn }) => [
      ...on(databaseSecretArn, ['secretsmanager:GetSecretValue', 'secretsmanager:PutResourcePolicy']),
      ...['secretsmanager', 'rds'].flatMap(service => on(databaseKeyArn, ['kms:Decrypt', 'kms:CreateGrant'], {
        'kms:ViaService': `${service}.${REGION}.amazonaws.com`,
      })),
    ],
  },
  {
    what: 'Assume the role through which releases look at a side of a blue/green environment',
    why: 'it trusts the functions of the CICD account that make releases only',
    needs: ({ sideAccountIds }) =>
      on(sideAccountIds.map(id => roleIn(id, 'org-environments-pipeline-release')), 'sts:AssumeRole'),
  },
];
