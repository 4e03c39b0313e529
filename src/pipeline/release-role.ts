import { Aws } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { EndpointRequest } from '../blue-green/contract';
import type { SingletonRequest } from '../blue-green/release/contract';
import type { SideAccess } from '../blue-green/side-access';

/** Reasons for the wildcards in the resources of the statements below. */
export const RELEASE_REASONS = {
  WatchAlarms: 'AWS returns composite alarms only if the permission has no narrower scope',
  ReadOutputs: 'CloudFormation adds a random id to the ARN of a stack',
  PassScheduleRole: 'a schedule has any role of the application; it can be passed to the scheduler only',
};

/** The permissions of releases in the account of a side. */
export function releaseStatements({ endpoints, alarmNames, singletons }: Required<SideAccess>): PolicyStatement[] {
  return [
    ...allow('ReadOutputs', ['cloudformation:DescribeStacks'], outputsOf(endpoints)),
    ...allow('ReadEndpoints', ['ssm:GetParameter'], parametersOf(endpoints)),
    ...allow('WatchAlarms', ['cloudwatch:DescribeAlarms'], alarmNames.length === 0 ? [] : ['*']),
    ...rules(singletons),
    ...schedules(singletons),
    ...services(singletons),
    ...switches(singletons),
  ];
}

function outputsOf(endpoints: readonly EndpointRequest[]): string[] {
  return endpoints.flatMap(endpoint =>
    (endpoint.from === 'output' ? [here('cloudformation', `stack/${endpoint.stackName}/*`)] : []));
}

function parametersOf(endpoints: readonly EndpointRequest[]): string[] {
  return endpoints.flatMap(endpoint => (endpoint.from === 'parameter' ? [parameterArn(endpoint.parameterName)] : []));
}

function rules(singletons: readonly SingletonRequest[]): PolicyStatement[] {
  const arns = singletons.flatMap(one => (one.kind === 'rule' ? [here('events', `rule/${one.name}`)] : []));
  return allow('SwitchRules', ['events:DescribeRule', 'events:DisableRule', 'events:EnableRule'], arns);
}

function schedules(singletons: readonly SingletonRequest[]): PolicyStatement[] {
  const arns = singletons.flatMap(one =>
    (one.kind === 'schedule' ? [here('scheduler', `schedule/${one.group}/${one.name}`)] : []));
  if (arns.length === 0) return [];
  const [passRole] = allow('PassScheduleRole', ['iam:PassRole'], [
    `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/*`,
  ]);
  passRole.addCondition('StringEquals', { 'iam:PassedToService': 'scheduler.amazonaws.com' });
  return [...allow('SwitchSchedules', ['scheduler:GetSchedule', 'scheduler:UpdateSchedule'], arns), passRole];
}

function services(singletons: readonly SingletonRequest[]): PolicyStatement[] {
  const arns = singletons.flatMap(one =>
    (one.kind === 'service' ? [here('ecs', `service/${one.cluster}/${one.service}`)] : []));
  return allow('SwitchServices', ['ecs:DescribeServices', 'ecs:UpdateService'], arns);
}

function switches(singletons: readonly SingletonRequest[]): PolicyStatement[] {
  const arns = singletons.flatMap(one => (one.kind === 'parameter' ? [parameterArn(one.name)] : []));
  return allow('SwitchParameters', ['ssm:GetParameter', 'ssm:PutParameter'], arns);
}

function parameterArn(name: string): string {
  return here('ssm', `parameter/${name.replace(/^\//, '')}`);
}

function here(service: string, resource: string): string {
  return `arn:${Aws.PARTITION}:${service}:${Aws.REGION}:${Aws.ACCOUNT_ID}:${resource}`;
}

function allow(sid: string, actions: string[], resources: string[]): PolicyStatement[] {
  return resources.length === 0 ? [] : [new PolicyStatement({ sid, actions, resources })];
}
