import { ActionExecution } from './action-execution';
import { Approvals } from './actions/approval';
import { codeBuildAction } from './actions/build';
import { cloudFormationAction } from './actions/cloudformation/action';
import type { StackService } from './actions/cloudformation/stack-calls';
import { connectionSource } from './actions/connection-source';
import { codeCommitSource } from './actions/source';
import { Conditions } from './conditions';
import { Engine } from './engine';
import type { ActionRun, Execution } from './execution';
import { Notifications } from './notifications';
import { PipelineOperations } from './operations';
import { permissions } from './permissions';
import type { Pipeline } from './pipeline';
import { PipelineType } from './resource-types';
import { StageExecution } from './stage-execution';
import { triggeredAction } from './triggers';
import { Identifiers } from '../../core/identifiers';
import { Regional } from '../../core/regional';
import type { Environment, Operation, ResourceType, Service } from '../../core/service';
import type { HostedRepositories, Push } from '../../hosts/repositories';
import type { CloudWatch } from '../cloudwatch/service';
import type { EventBus } from '../codebuild/events';
import type { CodeBuild } from '../codebuild/service';
import type { CodeCommit } from '../codecommit/service';
import type { CodeConnections } from '../codeconnections/service';
import type { ServiceRoles } from '../iam/service-roles';
import type { ArtifactStore } from '../s3/artifacts';

interface PipelineAction {
  readonly name: string;
  readonly category: string;
  readonly provider: string;
  readonly configuration: Readonly<Record<string, unknown>>;
}

export interface PipelineSummary {
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  readonly stages: readonly { readonly name: string; readonly actions: readonly PipelineAction[] }[];
  /** Whether any stage's inbound transition is disabled. */
  readonly disabled: boolean;
  readonly removed: boolean;
  /** Newest first. */
  readonly executions: readonly Execution[];
}

/** A stage that waits for a person. */
export interface OpenApproval {
  readonly pipeline: PipelineSummary;
  readonly execution: Execution;
  readonly stageName: string;
  readonly run: ActionRun;
}

/** Dependencies of pipelines. */
interface PipelineParts {
  readonly codecommit: CodeCommit;
  readonly codebuild: CodeBuild;
  readonly connections: CodeConnections;
  readonly hosts: readonly HostedRepositories[];
  readonly cloudwatch: CloudWatch;
  readonly stacks: StackService;
  readonly artifacts: ArtifactStore;
  readonly roles: ServiceRoles;
  readonly events: EventBus;
}

/** AWS CodePipeline: pipelines run their actions. */
export class CodePipeline implements Service {
  public readonly name = 'codepipeline';
  public readonly protocol = 'json';
  public readonly operations: Record<string, Operation>;
  public readonly permissions = permissions;
  public readonly resourceTypes: Record<string, ResourceType>;
  private readonly kept = new Regional(() => new Map<string, Pipeline>());
  private readonly removed: Pipeline[] = [];
  private readonly engine: Engine;
  /** The approvals that are open. */
  public readonly approvals: Approvals;

  public constructor(
    environment: Environment,
    { codecommit, connections, hosts, codebuild, cloudwatch, stacks, artifacts, roles, events }: PipelineParts,
  ) {
    const { clock, partition } = environment;
    const identifiers = new Identifiers('codepipeline');
    const notifications = new Notifications(events, clock);
    this.approvals = new Approvals(clock);
    const actions = new ActionExecution({
      clock,
      identifiers,
      notifications,
      roles,
      artifacts,
      runners: {
        'Source/CodeCommit': codeCommitSource(codecommit, artifacts, clock, partition),
        'Source/CodeStarSourceConnection': connectionSource({ connections, hosts, artifacts, clock }),
        'Build/CodeBuild': codeBuildAction(codebuild, partition),
        'Test/CodeBuild': codeBuildAction(codebuild, partition),
        'Deploy/CloudFormation': cloudFormationAction({ stacks, artifacts }),
        'Approval/Manual': this.approvals.run,
      },
    });
    const stages = new StageExecution(actions, new Conditions(cloudwatch, clock, partition), notifications, clock);
    this.engine = new Engine(stages, notifications, identifiers, clock);
    this.operations = new PipelineOperations(this.kept, this.engine, this.approvals, () => clock.now()).operations;
    this.resourceTypes = {
      'AWS::CodePipeline::Pipeline': new PipelineType(
        environment, identifiers, this.kept, this.removed, this.engine, roles,
      ),
    };
  }

  /** A pipeline and its executions. */
  public find(accountId: string, region: string, name: string): Pipeline | undefined {
    return this.kept.of(accountId, region).get(name);
  }

  /** Starts the pipelines whose triggers match a push to a repository outside of AWS. */
  public pushed(push: Push): void {
    for (const pipeline of this.present) {
      const actionName = triggeredAction(pipeline, push);
      if (actionName === undefined) continue;
      this.engine.start(pipeline, {
        trigger: { triggerType: 'WebhookV2', triggerDetail: `${push.host}/${push.fullName}` },
        revisions: [{ actionName, revisionType: 'COMMIT_ID', revisionValue: push.commitId }],
      });
    }
  }

  /** Stages and actions have the tags of their pipeline. */
  public resourceTags(arn: string): Readonly<Record<string, string>> {
    const [, , , region, accountId, path = ''] = arn.split(':');
    const tags = this.find(accountId, region, path.split('/')[0])?.declaration.Tags ?? [];
    return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
  }

  public pipelines(accountId: string, region: string): readonly PipelineSummary[] {
    return [...this.kept.of(accountId, region).values()].map(summary);
  }

  /** All pipelines of all accounts, deleted ones last. */
  public get all(): readonly PipelineSummary[] {
    return [...this.present, ...this.removed].map(summary);
  }

  /** All existing pipelines of all accounts. */
  public get present(): readonly Pipeline[] {
    return this.kept.values().flatMap(pipelines => [...pipelines.values()]);
  }

  /** The approvals that existing pipelines wait for. */
  public get openApprovals(): readonly OpenApproval[] {
    return this.present.flatMap(pipeline => pipeline.stages.flatMap(({ Name: stageName }) => {
      const execution = pipeline.gate(stageName).current;
      const runs = [...execution?.stages.get(stageName)?.actions.values() ?? []];
      const open = runs.filter(run => this.approvals.isOpen(run));
      if (execution === undefined) return [];
      return open.map(run => ({ pipeline: summary(pipeline), execution, stageName, run }));
    }));
  }

  /** Approves as a user would in the console. */
  public approve({ run }: OpenApproval, by: string): void {
    this.approvals.decide(run, run.token ?? '', { status: 'Approved', summary: 'approved by the rehearsal', by });
  }

  /** Whether a pipeline is running other than waiting for an approval. */
  public get isBusy(): boolean {
    return (
      this.engine.isWorking
      && this.kept.values().some(pipelines => [...pipelines.values()].some(pipeline => this.isWorkingIn(pipeline)))
    );
  }

  private isWorkingIn(pipeline: Pipeline): boolean {
    return pipeline.stages.some(({ Name }) => {
      const run = pipeline.gate(Name).current?.stages.get(Name);
      if (run === undefined) return false;
      const running = [...run.actions.values()].filter(({ status }) => status === 'InProgress');
      return running.length === 0 || running.some(action => !this.approvals.isOpen(action));
    });
  }

  public async close(): Promise<void> {
    for (const pipelines of this.kept.values()) {
      for (const pipeline of pipelines.values()) this.engine.cancel(pipeline);
    }
  }
}

function summary(pipeline: Pipeline): PipelineSummary {
  const { name, accountId, region, executions } = pipeline;
  return {
    name,
    accountId,
    region,
    executions,
    disabled: pipeline.disabledTransitions.size > 0,
    removed: pipeline.removed,
    stages: pipeline.stages.map(stage => ({
      name: stage.Name,
      actions: stage.Actions.map(action => ({
        name: action.Name,
        category: action.ActionTypeId.Category,
        provider: action.ActionTypeId.Provider,
        configuration: action.Configuration,
      })),
    })),
  };
}
