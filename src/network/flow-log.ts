import { Aws, RemovalPolicy } from 'aws-cdk-lib';
import { CfnFlowLog } from 'aws-cdk-lib/aws-ec2';
import { CfnRole, PolicyDocument, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnLogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

interface FlowLogProps {
  readonly vpcId: string;
  readonly retention: RetentionDays;
  readonly keyArn?: string;
}

/** The flow log of a VPC, its log group, and the role with which AWS writes it. */
export class FlowLog extends Construct {
  public constructor(scope: Construct, id: string, { vpcId, retention, keyArn }: FlowLogProps) {
    super(scope, id);
    const logs = new CfnLogGroup(this, 'Logs', { retentionInDays: retention, kmsKeyId: keyArn });
    logs.applyRemovalPolicy(RemovalPolicy.DESTROY);
    const trust = new PolicyStatement({
      actions: ['sts:AssumeRole'],
      principals: [new ServicePrincipal('vpc-flow-logs.amazonaws.com')],
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    });
    const write = new PolicyStatement({
      actions: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
      resources: [logs.attrArn],
    });
    const role = new CfnRole(this, 'Role', {
      description: 'Writes the flow log of the network',
      assumeRolePolicyDocument: new PolicyDocument({ statements: [trust] }),
      policies: [{ policyName: 'Logs', policyDocument: new PolicyDocument({ statements: [write] }) }],
    });
    new CfnFlowLog(this, 'Default', {
      resourceId: vpcId,
      resourceType: 'VPC',
      trafficType: 'ALL',
      logDestinationType: 'cloud-watch-logs',
      logGroupName: logs.ref,
      deliverLogsPermissionArn: role.attrArn,
      maxAggregationInterval: 600,
    });
  }
}
