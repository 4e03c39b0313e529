import type { PipelineDefinitionOptions } from './cdk-plan';
import { cdk, synthStep } from './cdk-plan';
import type { PipelinePlan } from './pipeline-plan';
import { AccountRole } from './pipeline-plan';

/** Options of `PipelineDefinition.selfMutating()`. */
export interface SelfMutatingPipelineOptions extends PipelineDefinitionOptions {
  /** Name or path of the stack with the app's own pipeline: letters, digits and `_-/`. */
  readonly stackName: string;

  /**
   * Commands that build the app.
   *
   * @default ['npm run build --if-present']
   */
  readonly buildCommands?: string[];

  /**
   * Commands that synthesize the app to the folder `cdk.out`.
   *
   * @default ['npx cdk synth --quiet']
   */
  readonly synthCommands?: string[];

  /**
   * Version of the CDK CLI that compares and deploys; `'2'` is the latest. It must support the cloud assembly schema
   * of the app's `aws-cdk-lib`: set a later version if the CLI reports that the schema is too new.
   *
   * @default '2.1148.1'
   */
  readonly cliVersion?: string;
}

/** Deploys the stack only while it has no pipeline, because two pipelines that deploy the same stack would conflict. */
export function selfMutatingPlan(options: SelfMutatingPipelineOptions): PipelinePlan {
  const cli = cdk(options.cliVersion);
  const stack = `'${options.stackName}' --app cdk.out`;
  return {
    stages: [
      { name: 'Synth', steps: [synthStep({ ...options, testCommands: [] })] },
      {
        name: 'Deploy',
        steps: [{
          name: 'Deploy',
          description: "Deploys the app's own pipeline, unless it exists",
          inputArtifact: 'Assembly',
          commands: [
            `${cli} diff ${stack} --exclusively --method template --no-color > diff.txt 2>&1 `
            + '|| { cat diff.txt; exit 1; }',
            'if grep -qF "[+] AWS::CodePipeline::Pipeline" diff.txt; then '
            + `${cli} deploy ${stack} --require-approval never --progress events; `
            + `else echo 'the pipeline of the stack ${options.stackName} exists and updates itself'; fi`,
          ],
          roles: [AccountRole.DEPLOY, AccountRole.FILE_PUBLISHING, AccountRole.IMAGE_PUBLISHING, AccountRole.LOOKUP],
          docker: true,
        }],
      },
    ],
    executionMode: options.executionMode,
    builds: options,
  };
}
