import { DescribeServicesCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { DescribeRuleCommand, DisableRuleCommand, EnableRuleCommand } from '@aws-sdk/client-eventbridge';
import { GetScheduleCommand, UpdateScheduleCommand } from '@aws-sdk/client-scheduler';
import { GetParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import type { SideClients } from './side-clients';
import type { SingletonRequest } from '../../../src/blue-green/release/contract';
import { isNamed } from '../../shared/errors';

type State = 'on' | 'off';

/** What a kind of singleton does. A singleton that does not exist does not run. */
interface Singleton<Request> {
  runs(clients: SideClients, request: Request): Promise<boolean>;
  turn(clients: SideClients, request: Request, state: State): Promise<unknown>;
}

type Of<Kind extends SingletonRequest['kind']> = Extract<SingletonRequest, { readonly kind: Kind }>;

const rule: Singleton<Of<'rule'>> = {
  runs: async ({ events }, { name }) =>
    (await events.send(new DescribeRuleCommand({ Name: name }))).State === 'ENABLED',
  turn: async ({ events }, { name }, state) =>
    state === 'on'
      ? events.send(new EnableRuleCommand({ Name: name }))
      : events.send(new DisableRuleCommand({ Name: name })),
};

const schedule: Singleton<Of<'schedule'>> = {
  runs: async ({ scheduler }, { name, group }) =>
    (await scheduler.send(new GetScheduleCommand({ Name: name, GroupName: group }))).State === 'ENABLED',
  turn: async ({ scheduler }, { name, group }, state) => {
    // an update replaces the whole schedule
    const { Arn, CreationDate, LastModificationDate, $metadata, ...declared } = await scheduler.send(
      new GetScheduleCommand({ Name: name, GroupName: group }),
    );
    const { ScheduleExpression, FlexibleTimeWindow, Target } = declared;
    await scheduler.send(new UpdateScheduleCommand({
      ...declared,
      Name: name,
      ScheduleExpression,
      FlexibleTimeWindow,
      Target,
      State: state === 'on' ? 'ENABLED' : 'DISABLED',
    }));
  },
};

const service: Singleton<Of<'service'>> = {
  // a service that drains still has running tasks
  runs: async ({ ecs }, { cluster, service: name }) => {
    const { services: [found] = [] } = await ecs.send(new DescribeServicesCommand({ cluster, services: [name] }));
    return (found?.desiredCount ?? 0) > 0 || (found?.runningCount ?? 0) > 0;
  },
  turn: async ({ ecs }, { cluster, service: name, desiredCount }, state) =>
    ecs.send(new UpdateServiceCommand({ cluster, service: name, desiredCount: state === 'on' ? desiredCount : 0 })),
};

const parameter: Singleton<Of<'parameter'>> = {
  runs: async ({ ssm }, { name }) =>
    (await ssm.send(new GetParameterCommand({ Name: name }))).Parameter?.Value === 'on',
  turn: async ({ ssm }, { name }, state) =>
    ssm.send(new PutParameterCommand({ Name: name, Value: state, Type: 'String', Overwrite: true })),
};

const KINDS = { rule, schedule, service, parameter };

export async function singletonRuns(clients: SideClients, request: SingletonRequest): Promise<boolean> {
  try {
    return await kindOf(request).runs(clients, request);
  } catch (error) {
    if (isNamed(error, 'ResourceNotFoundException', 'ParameterNotFound', 'ClusterNotFoundException')) return false;
    throw error;
  }
}

export async function turnSingleton(clients: SideClients, request: SingletonRequest, state: State): Promise<void> {
  await kindOf(request).turn(clients, request, state);
}

function kindOf({ kind }: SingletonRequest): Singleton<SingletonRequest> {
  return KINDS[kind] as Singleton<SingletonRequest>;
}
