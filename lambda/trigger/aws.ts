import { CodePipelineClient, StartPipelineExecutionCommand } from '@aws-sdk/client-codepipeline';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { ReleaseRequest } from '../../src/operations/contract';
import { NAMES } from '../../src/private/contract';
import { newSession } from '../shared/assume-role';
import { clientDefaults } from '../shared/clients';

/** The pipelines of the trigger. */
export interface Pipelines {
  /** Starts a pipeline at a commit, and returns the id of the execution. The same token starts it once. */
  start(pipeline: PipelineStart): Promise<string>;
}

export interface PipelineStart {
  readonly accountId: string;
  readonly region: string;
  readonly pipelineName: string;
  readonly commitId: string;
  readonly token: string;
}

/** The releases of blue/green environments. */
export interface PushReleases {
  /** Starts a release, or lets it wait for the end of the one in progress. */
  start(push: PushRelease): Promise<void>;
}

export interface PushRelease {
  readonly environmentName: string;
  readonly branchName: string;
  readonly commitId: string;
}

/** Name of the source action in every pipeline. */
const SOURCE_ACTION = 'Source';

/** Pipelines in their accounts. */
export class MemberPipelines implements Pipelines {
  public constructor(private readonly partition: string) {}

  public async start({ accountId, region, pipelineName, commitId, token }: PipelineStart): Promise<string> {
    const credentials = await newSession({
      roleArn: `arn:${this.partition}:iam::${accountId}:role/${NAMES.startRole}`,
    });
    const client = new CodePipelineClient({ ...clientDefaults(), credentials, region });
    const { pipelineExecutionId } = await client.send(
      new StartPipelineExecutionCommand({
        name: pipelineName,
        clientRequestToken: token,
        sourceRevisions: [{ actionName: SOURCE_ACTION, revisionType: 'COMMIT_ID', revisionValue: commitId }],
      }),
    );
    return pipelineExecutionId ?? '';
  }
}

/** Releases through the function that also runs the commands of operators. */
export class OperationsReleases implements PushReleases {
  private readonly client = new LambdaClient(clientDefaults());

  public async start(push: PushRelease): Promise<void> {
    const request: ReleaseRequest = { operation: 'releasePush', ...push };
    const { FunctionError: failed, Payload: payload } = await this.client.send(
      new InvokeCommand({ FunctionName: NAMES.operationsFunction, Payload: Buffer.from(JSON.stringify(request)) }),
    );
    if (failed === undefined) return;
    const { errorMessage } = JSON.parse(Buffer.from(payload ?? []).toString('utf8')) as { errorMessage?: string };
    throw new Error(errorMessage ?? `function '${NAMES.operationsFunction}' failed`);
  }
}
