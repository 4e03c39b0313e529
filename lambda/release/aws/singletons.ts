import { DescribeServicesCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { DescribeRuleCommand, DisableRuleCommand, EnableRuleCommand } from '@aws-sdk/client-eventbridge';
import { GetScheduleCommand, UpdateScheduleCommand } from '@aws-sdk/client-scheduler';
import { GetParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import type { SideClients } from './side-clients';
import type { SingletonRequest } from '../../../src/blue-green/release/contract';
import { isNamed } from '../../shared/errors';
import type { SingletonState } from '../ports';

type State = 'on' | 'off';

/** What a kind of singleton does. */
interface Singleton<Request> {
  /** `undefined` if it does not exist. */
  runs(clients: SideClients, request: Request): Promise<boolean | undefined>;
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
    const { Arn, CreationDate, LastModificationDate, StartDate, $metadata, ...declared } = await scheduler.send(
      new GetScheduleCommand({ Name: name, GroupName: group }),
    );
    const { ScheduleExpression, FlexibleTimeWindow, Target } = declared;
    // a start in the past has no effect, and is rejected
    const isFuture = StartDate !== undefined && StartDate.getTime() > Date.now();
    await scheduler.send(new UpdateScheduleCommand({
      ...declared,
      ...(isFuture && { StartDate }),
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
    // a deleted service is returned for some time
    if (!found || found.status === 'INACTIVE') return undefined;
    return (found.desiredCount ?? 0) > 0 || (found.runningCount ?? 0) > 0;
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

export async function singletonState(clients: SideClients, request: SingletonRequest): Promise<SingletonState> {
  try {
    const runs = await kindOf(request).runs(clients, request);
    if (runs === undefined) return 'missing';
    return runs ? 'on' : 'off';
  } catch (error) {
    if (isNamed(error, 'ResourceNotFoundException', 'ParameterNotFound', 'ClusterNotFoundException')) return 'missing';
    throw error;
  }
}

export async function turnSingleton(clients: SideClients, request: SingletonRequest, state: State): Promise<void> {
  await kindOf(request).turn(clients, request, state);
}

function kindOf({ kind }: SingletonRequest): Singleton<SingletonRequest> {
  return KINDS[kind] as Singleton<SingletonRequest>;
}
