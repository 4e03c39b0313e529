import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { ECSClient } from '@aws-sdk/client-ecs';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SSMClient } from '@aws-sdk/client-ssm';
import { NAMES } from '../../../src/private/contract';
import { assumeRole } from '../../shared/assume-role';
import { clientDefaults } from '../../shared/clients';
import type { Side } from '../ports';

/** The clients with which a release works in the account of a side. */
export interface SideClients {
  readonly cloudformation: CloudFormationClient;
  readonly cloudwatch: CloudWatchClient;
  readonly ecs: ECSClient;
  readonly events: EventBridgeClient;
  readonly scheduler: SchedulerClient;
  readonly ssm: SSMClient;
}

/** Connects to the account of a side, through the release role of its pipeline. */
export type ConnectSide = (side: Side) => SideClients;

export function connectSides(partition: string): ConnectSide {
  const known = new Map<string, SideClients>();
  return ({ pipeline: { accountId, region } }) => {
    const key = `${accountId} ${region}`;
    const clients = known.get(key) ?? clientsIn(`arn:${partition}:iam::${accountId}:role/${NAMES.releaseRole}`, region);
    known.set(key, clients);
    return clients;
  };
}

function clientsIn(roleArn: string, region: string): SideClients {
  const config = { ...clientDefaults(), region, credentials: async () => assumeRole({ roleArn }) };
  return {
    cloudformation: new CloudFormationClient(config),
    cloudwatch: new CloudWatchClient(config),
    ecs: new ECSClient(config),
    events: new EventBridgeClient(config),
    scheduler: new SchedulerClient(config),
    ssm: new SSMClient(config),
  };
}
