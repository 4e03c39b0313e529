import { CodePipelineClient, StartPipelineExecutionCommand } from '@aws-sdk/client-codepipeline';
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
