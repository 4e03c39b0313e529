import { CodeBuildClient, StopBuildCommand } from '@aws-sdk/client-codebuild';
import {
  CodePipelineClient, DisableStageTransitionCommand, EnableStageTransitionCommand, GetPipelineStateCommand, ListPipelineExecutionsCommand,
  StartPipelineExecutionCommand, StopPipelineExecutionCommand,
} from '@aws-sdk/client-codepipeline';
import type { PipelineExecutionSummary, StageState } from '@aws-sdk/client-codepipeline';
import type { ControlledPipeline, PipelineControl, PipelineExecution, PipelineState, UnfinishedAction } from './control';
import { NAMES } from '../../src/private/contract';
import { newSession } from '../shared/assume-role';
import { clientDefaults } from '../shared/clients';
import { isNamed } from '../shared/errors';

const INBOUND = 'Inbound';
/** CodePipeline takes no other characters at a transition. */
const NOT_AT_A_TRANSITION = /[^a-zA-Z0-9!@ ().*?-]+ ?/g;
const BUILD_ID = /^[\w-]+:[0-9a-f-]{36}$/;

/** Pipelines in their accounts, through the role in each that is there for it. */
export class OperatedPipelines implements PipelineControl {
  private readonly entered = new Map<string, Promise<Clients>>();

  public constructor(private readonly partition: string) {}

  public async disable(pipeline: ControlledPipeline, reason: string): Promise<void> {
    const { codepipeline } = await this.enter(pipeline);
    await codepipeline.send(new DisableStageTransitionCommand({
      ...transition(pipeline), reason: reason.replace(NOT_AT_A_TRANSITION, ' ').slice(0, 300),
    }));
  }

  public async enable(pipeline: ControlledPipeline): Promise<void> {
    const { codepipeline } = await this.enter(pipeline);
    await codepipeline.send(new EnableStageTransitionCommand(transition(pipeline)));
  }

  public async state(pipeline: ControlledPipeline): Promise<PipelineState> {
    const { codepipeline } = await this.enter(pipeline);
    const { stageStates = [] } = await codepipeline.send(new GetPipelineStateCommand({ name: pipeline.pipelineName }));
    const { inboundTransitionState: gate, inboundExecutions = [] } = stageStates.find(({ stageName }) => stageName === pipeline.gate) ?? {};
    return {
      ...gate?.enabled === false && { disabledReason: gate.disabledReason ?? '' },
      waiting: inboundExecutions.flatMap(({ pipelineExecutionId }) => pipelineExecutionId ?? []),
      actions: stageStates.flatMap(unfinishedActions),
    };
  }

  public async executions(pipeline: ControlledPipeline): Promise<readonly PipelineExecution[]> {
    const { codepipeline } = await this.enter(pipeline);
    const { pipelineExecutionSummaries = [] } = await codepipeline.send(new ListPipelineExecutionsCommand({ pipelineName: pipeline.pipelineName }));
    return pipelineExecutionSummaries.map(executionOf);
  }

  public async abandon(pipeline: ControlledPipeline, executionId: string, reason: string): Promise<void> {
    const { codepipeline } = await this.enter(pipeline);
    try {
      await codepipeline.send(new StopPipelineExecutionCommand({
        pipelineName: pipeline.pipelineName, pipelineExecutionId: executionId, abandon: true, reason: reason.slice(0, 200),
      }));
    } catch (error) {
      // it has ended by itself, or somebody else ends it
      if (!isNamed(error, 'PipelineExecutionNotStoppableException', 'DuplicatedStopRequestException')) throw error;
    }
  }

  public async stopBuild(pipeline: ControlledPipeline, buildId: string): Promise<void> {
    const { codebuild } = await this.enter(pipeline);
    try {
      await codebuild.send(new StopBuildCommand({ id: buildId }));
    } catch (error) {
      // it has ended by itself
      if (!isNamed(error, 'InvalidInputException', 'ResourceNotFoundException')) throw error;
    }
  }

  public async start(pipeline: ControlledPipeline, token: string): Promise<void> {
    const { codepipeline } = await this.enter(pipeline);
    await codepipeline.send(new StartPipelineExecutionCommand({ name: pipeline.pipelineName, clientRequestToken: token }));
  }

  /** What is asked of an account at the same time enters it once; a refusal is not kept. */
  private async enter({ accountId, region }: ControlledPipeline): Promise<Clients> {
    const key = `${accountId}/${region}`;
    const entering = this.entered.get(key) ?? this.clientsOf(accountId, region);
    this.entered.set(key, entering);
    try {
      return await entering;
    } finally {
      this.entered.delete(key);
    }
  }

  private async clientsOf(accountId: string, region: string): Promise<Clients> {
    const credentials = await newSession({ roleArn: `arn:${this.partition}:iam::${accountId}:role/${NAMES.operateRole}` });
    const session = { ...clientDefaults(), credentials, region };
    return { codepipeline: new CodePipelineClient(session), codebuild: new CodeBuildClient(session) };
  }
}

interface Clients {
  readonly codepipeline: CodePipelineClient;
  readonly codebuild: CodeBuildClient;
}

function transition({ pipelineName, gate }: ControlledPipeline) {
  return { pipelineName, stageName: gate, transitionType: INBOUND } as const;
}

function unfinishedActions({ stageName, actionStates = [] }: StageState): UnfinishedAction[] {
  return actionStates.flatMap(({ actionName, latestExecution: { status, externalExecutionId: id } = {} }) => {
    if (status !== 'InProgress' && status !== 'Abandoned') return [];
    return { name: `${stageName}/${actionName}`, isAbandoned: status === 'Abandoned', ...(id && BUILD_ID.test(id) && { buildId: id }) };
  });
}

function executionOf(summary: PipelineExecutionSummary): PipelineExecution {
  const { pipelineExecutionId, status, startTime, lastUpdateTime, sourceRevisions = [] } = summary;
  const startedAt = startTime ?? new Date(0);
  const commitId = sourceRevisions[0]?.revisionId;
  return {
    executionId: pipelineExecutionId ?? '',
    status: status ?? '',
    startedAt,
    updatedAt: lastUpdateTime ?? startedAt,
    ...(commitId && { commitId }),
  };
}
