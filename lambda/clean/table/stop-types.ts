import type { CallSpec, TypeSpec } from './spec';

/** A type that creates other resources, and the call after which it does not. */
export type StopSpec = Pick<TypeSpec, 'type' | 'service' | 'list' | 'id' | 'arn' | 'tags' | 'facts' | 'parent'> & {
  readonly stop: CallSpec;
  /** Reads what `stop` needs: `{item}` is the text at the path. */
  readonly before?: CallSpec & { readonly path: string };
};

const NEXT = ['nextToken', 'nextToken'] as const;

export const STOP_SPECS: readonly StopSpec[] = [
  {
    type: 'AWS::AutoScaling::AutoScalingGroup',
    service: 'autoscaling',
    list: {
      operation: 'DescribeAutoScalingGroups', items: 'AutoScalingGroups.member', next: ['NextToken', 'NextToken'],
    },
    id: 'AutoScalingGroupName',
    arn: 'AutoScalingGroupARN',
    tags: 'Tags.member',
    stop: {
      operation: 'UpdateAutoScalingGroup',
      input: { AutoScalingGroupName: '{id}', MinSize: 0, MaxSize: 0, DesiredCapacity: 0 },
    },
  },
  {
    type: 'AWS::ECS::Service',
    service: 'ecs',
    parent: 'AWS::ECS::Cluster',
    list: { operation: 'ListServices', input: { cluster: '{parent}' }, items: 'serviceArns', next: NEXT },
    id: '',
    stop: { operation: 'UpdateService', input: { cluster: '{parent}', service: '{id}', desiredCount: 0 } },
  },
  {
    type: 'AWS::Events::Rule',
    service: 'events',
    list: { operation: 'ListRules', items: 'Rules', next: ['NextToken', 'NextToken'] },
    id: 'Name',
    arn: 'Arn',
    facts: { managedBy: 'ManagedBy' },
    stop: { operation: 'DisableRule', input: { Name: '{id}' } },
  },
  {
    type: 'AWS::CodePipeline::Pipeline',
    service: 'codepipeline',
    list: { operation: 'ListPipelines', items: 'pipelines', next: NEXT },
    id: 'name',
    before: { operation: 'GetPipeline', input: { name: '{id}' }, path: 'pipeline.stages.1.name' },
    stop: {
      operation: 'DisableStageTransition',
      input: {
        pipelineName: '{id}', stageName: '{item}', transitionType: 'Inbound', reason: 'the account is being cleaned',
      },
    },
  },
  {
    type: 'AWS::DLM::LifecyclePolicy',
    service: 'dlm',
    list: { operation: 'GET /policies', items: 'Policies' },
    id: 'PolicyId',
    stop: { operation: 'PATCH /policies/{id}', input: { State: 'DISABLED' } },
  },
  {
    type: 'AWS::Batch::JobQueue',
    service: 'batch',
    list: { operation: 'POST /v1/describejobqueues', items: 'jobQueues', next: NEXT },
    id: 'jobQueueArn',
    arn: 'jobQueueArn',
    stop: { operation: 'POST /v1/updatejobqueue', input: { jobQueue: '{id}', state: 'DISABLED' } },
  },
  {
    type: 'AWS::Batch::ComputeEnvironment',
    service: 'batch',
    list: { operation: 'POST /v1/describecomputeenvironments', items: 'computeEnvironments', next: NEXT },
    id: 'computeEnvironmentArn',
    arn: 'computeEnvironmentArn',
    stop: { operation: 'POST /v1/updatecomputeenvironment', input: { computeEnvironment: '{id}', state: 'DISABLED' } },
  },
];

/** Lists of the parents of what is stopped. */
export const STOP_PARENTS: Readonly<Record<string, Pick<TypeSpec, 'list' | 'id'>>> = {
  'AWS::ECS::Cluster': { list: { operation: 'ListClusters', items: 'clusterArns', next: NEXT }, id: '' },
};
