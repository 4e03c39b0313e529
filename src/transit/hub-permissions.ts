import { Aws } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';

/** Reasons for the wildcards in the permissions of the role of a hub. */
export const HUB_WILDCARDS = {
  Read: 'EC2 has no permissions to describe single resources',
  Attachments: 'attachments and route tables are created later, and attachments belong to the accounts of the networks',
};

/** The permissions of the role of a hub. */
export function hubStatements(): PolicyStatement[] {
  return [
    new PolicyStatement({
      sid: 'Read',
      actions: [
        'ec2:DescribeTransitGatewayAttachments', 'ec2:DescribeTransitGatewayVpcAttachments',
        'ec2:GetTransitGatewayAttachmentPropagations',
      ],
      resources: ['*'],
    }),
    new PolicyStatement({
      sid: 'Attachments',
      actions: [
        'ec2:AcceptTransitGatewayVpcAttachment',
        'ec2:AssociateTransitGatewayRouteTable',
        'ec2:DeleteTransitGatewayVpcAttachment',
        'ec2:DisableTransitGatewayRouteTablePropagation',
        'ec2:DisassociateTransitGatewayRouteTable',
        'ec2:EnableTransitGatewayRouteTablePropagation',
        'ec2:RejectTransitGatewayVpcAttachment',
      ],
      resources: [
        `arn:${Aws.PARTITION}:ec2:${Aws.REGION}:*:transit-gateway-attachment/*`,
        `arn:${Aws.PARTITION}:ec2:${Aws.REGION}:${Aws.ACCOUNT_ID}:transit-gateway-route-table/*`,
      ],
    }),
  ];
}
