import { CodeBuildClient, StopBuildCommand } from '@aws-sdk/client-codebuild';
import {
  CodePipelineClient,
  DisableStageTransitionCommand,
  EnableStageTransitionCommand,
  GetPipelineStateCommand,
  ListPipelineExecutionsCommand,
  StartPipelineExecutionCommand,
  StopPipelineExecutionCommand,
} from '@aws-sdk/client-codepipeline';
import type { PipelineExecutionSummary, StageState } from '@aws-sdk/client-codepipeline';
import type {
  ControlledPipeline,
  PipelineControl,
  PipelineExecution,
  PipelineState,
  UnfinishedAction,
} from './control';
import { NAMES } from '../../src/private/contract';
import { newSession } from '../shared/assume-role';
import { clientDefaults } from '../shared/clients';
import { isNamed } from '../shared/errors';

const INBOUND = 'Inbound';
/** Characters that CodePipeline rejects in the reason of a transition. */
const INVALID_IN_REASON = /[^a-zA-Z0-9!@ ().*?-]+ ?/g;
const BUILD_ID = /^[\w-]+:[0-9a-f-]{36}$/;

/** Controls pipelines through the operate role in their accounts. */
export class AwsPipelineControl implements PipelineControl {
  private readonly sessions = new Map<string, Promise<Clients>>();

  public constructor(private readonly partition: string) {}

  public async disable(pipeline: ControlledPipeline, reason: string): Promise<void> {
    const { codepipeline } = await this.clientsFor(pipeline);
    await codepipeline.send(
      new DisableStageTransitionCommand({
        ...transition(pipeline),
        reason: reason.replace(INVALID_IN_REASON, ' ').slice(0, 300),
      }),
    );
  }

  public async enable(pipeline: ControlledPipeline): Promise<void> {
    const { codepipeline } = await this.clientsFor(pipeline);
    await codepipeline.send(new EnableStageTransitionCommand(transition(pipeline)));
  }

  public async state(pipeline: ControlledPipeline): Promise<PipelineState> {
    const { codepipeline } = await this.clientsFor(pipeline);
    const { stageStates = [] } = await codepipeline.send(new GetPipelineStateCommand({ name: pipeline.pipelineName }));
    const stage = stageStates.find(({ stageName }) => stageName === pipeline.gate);
    const { inboundTransitionState: gate, inboundExecutions = [] } = stage ?? {};
    return {
      ...(gate?.enabled === false && { disabledReason: gate.disabledReason ?? '' }),
      waiting: inboundExecutions.flatMap(({ pipelineExecutionId }) => pipelineExecutionId ?? []),
      awaitingApproval: stageStates.filter(awaitsApproval).flatMap(({ latestExecution }) => (
        latestExecution?.pipelineExecutionId ?? []
      )),
      actions: stageStates.flatMap(unfinishedActions),
    };
  }

  public async executions(pipeline: ControlledPipeline): Promise<readonly PipelineExecution[]> {
    const { codepipeline } = await this.clientsFor(pipeline);
    const command = new ListPipelineExecutionsCommand({ pipelineName: pipeline.pipelineName });
    const { pipelineExecutionSummaries = [] } = await codepipeline.send(command);
    return pipelineExecutionSummaries.map(executionOf);
  }

  public async abandon(pipeline: ControlledPipeline, executionId: string, reason: string): Promise<void> {
    const { codepipeline } = await this.clientsFor(pipeline);
    try {
      await codepipeline.send(
        new StopPipelineExecutionCommand({
          pipelineName: pipeline.pipelineName,
          pipelineExecutionId: executionId,
          abandon: true,
          reason: reason.slice(0, 200),
        }),
      );
    } catch (error) {
      // it has ended, or is being stopped
      if (!isNamed(error, 'PipelineExecutionNotStoppableException', 'DuplicatedStopRequestException')) throw error;
    }
  }

  public async stopBuild(pipeline: ControlledPipeline, buildId: string): Promise<void> {
    const { codebuild } = await this.clientsFor(pipeline);
    try {
      await codebuild.send(new StopBuildCommand({ id: buildId }));
    } catch (error) {
      // it has ended
      if (!isNamed(error, 'InvalidInputException', 'ResourceNotFoundException')) throw error;
    }
  }

  public async start(pipeline: ControlledPipeline, token: string): Promise<void> {
    const { codepipeline } = await this.clientsFor(pipeline);
    const command = new StartPipelineExecutionCommand({ name: pipeline.pipelineName, clientRequestToken: token });
    await codepipeline.send(command);
  }

  /** Concurrent calls share one session. A session is not kept, because the role may be deleted and created again. */
  private async clientsFor({ accountId, region }: ControlledPipeline): Promise<Clients> {
    const key = `${accountId}/${region}`;
    const session = this.sessions.get(key) ?? this.newClients(accountId, region);
    this.sessions.set(key, session);
    try {
      return await session;
    } finally {
      this.sessions.delete(key);
    }
  }

  private async newClients(accountId: string, region: string): Promise<Clients> {
    const credentials = await newSession({
      roleArn: `arn:${this.partition}:iam::${accountId}:role/${NAMES.operateRole}`,
    });
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
    const buildId = id && BUILD_ID.test(id) ? { buildId: id } : {};
    return { name: `${stageName}/${actionName}`, isAbandoned: status === 'Abandoned', ...buildId };
  });
}

/**
 * Only an approval has a token.
 * https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ActionExecution.html
 */
function awaitsApproval({ actionStates = [] }: StageState): boolean {
  return actionStates.some(({ latestExecution: { status, token } = {} }) => (
    status === 'InProgress' && token !== undefined
  ));
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
