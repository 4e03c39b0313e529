import type { Duration } from 'aws-cdk-lib';
import type { BuildOptions, ExecutionMode, PipelinePlan, PipelineStage, PipelineStep } from './pipeline-plan';
import { AccountRole, Rollback } from './pipeline-plan';
import { checkCommand, outputsCommand } from './scripts';

/** Options of all definitions. */
export interface PipelineDefinitionOptions extends BuildOptions {
  /**
   * Commands that install the dependencies of the app. They run in the root of the repository.
   *
   * @default ['npm ci']
   */
  readonly installCommands?: string[];

  /**
   * What happens to a commit that arrives while an earlier one is being processed.
   *
   * @default ExecutionMode.SUPERSEDED
   */
  readonly executionMode?: ExecutionMode;
}

/** Options of the stage `Deploy`. */
export interface DeployStageOptions extends PipelineDefinitionOptions {
  /**
   * Commands that test the deployed app. They run in the root of the repository after the `installCommands`. The
   * variable `STACK_OUTPUTS` is the path of a JSON file with the outputs of all stacks, and `<stack>_<output>` is the
   * value of each.
   *
   * @default - no test
   */
  readonly smokeTestCommands?: string[];

  /**
   * Names of at most five CloudWatch alarms in the account of the environment. The deployment fails if one is
   * triggered. Composite alarms are not supported, because CodePipeline cannot read them with permissions for single
   * alarms.
   *
   * @default - none
   */
  readonly alarmNames?: string[];

  /**
   * How long the alarms are watched after a deployment: 1 minute to 1 day, in whole minutes.
   *
   * @default Duration.minutes(5)
   */
  readonly alarmWindow?: Duration;

  /**
   * What happens when the deployment or the smoke test fails, or an alarm is triggered.
   *
   * @default Rollback.PREVIOUS_COMMIT
   */
  readonly rollback?: Rollback;
}

/** Options of `PipelineDefinition.cdk()`. */
export interface CdkPipelineOptions extends DeployStageOptions {
  /**
   * Commands that build the app.
   *
   * @default ['npm run build --if-present']
   */
  readonly buildCommands?: string[];

  /**
   * Commands that test the app before the deployment.
   *
   * @default ['npm test --if-present']
   */
  readonly testCommands?: string[];

  /**
   * Commands that synthesize the app to the folder `cdk.out`.
   *
   * @default ['npx cdk synth --quiet']
   */
  readonly synthCommands?: string[];

  /**
   * Paths of files in the repository with CloudFormation Guard rules, which all templates must satisfy.
   *
   * @default - only CDK's own validation, and cdk-nag if the app uses it
   */
  readonly guardRules?: string[];

  /**
   * Version of the CDK CLI that compares and deploys; `'2'` is the latest. It must support the cloud assembly schema
   * of the app's `aws-cdk-lib`: set a later version if the CLI reports that the schema is too new.
   *
   * @default '2.1148.1'
   */
  readonly cliVersion?: string;
}

/**
 * The version that the pipelines are tested with. Check parses its output, and a rollback must use the same version.
 */
export const CLI_VERSION = '2.1148.1';

/** The CDK CLI of the pipeline, independent of the version that the app has installed. */
export function cdk(version = CLI_VERSION): string {
  return `npx --yes aws-cdk@${version}`;
}

// '**' includes the stacks of stages, which --all omits
const ALL = "'**' --app cdk.out";

export function cdkPlan(options: CdkPipelineOptions): PipelinePlan {
  return {
    stages: [
      { name: 'Synth', steps: [synthStep(options)] },
      { name: 'Check', steps: [checkStep(options)] },
      deployStage(options, deployStep(options)),
    ],
    executionMode: options.executionMode,
    builds: options,
  };
}

export function synthStep(options: CdkPipelineOptions): PipelineStep {
  const {
    installCommands = ['npm ci'],
    buildCommands = ['npm run build --if-present'],
    testCommands = ['npm test --if-present'],
    synthCommands = ['npx cdk synth --quiet'], guardRules = [],
  } = options;
  return {
    name: 'Synth',
    description: 'Synthesizes the CDK app of the branch',
    installCommands,
    commands: [...buildCommands, ...testCommands, ...synthCommands],
    outputArtifact: 'Assembly',
    outputFiles: ['cdk.out/**/*', ...guardRules],
    roles: [AccountRole.LOOKUP],
    docker: true,
    cached: true,
  };
}

function checkStep({ guardRules = [], cliVersion }: CdkPipelineOptions): PipelineStep {
  return {
    name: 'Check',
    description: 'Checks policies, and shows what would change',
    inputArtifact: 'Assembly',
    commands: [
      // compares templates instead of change sets, so that it needs permissions to read only
      `${cdk(cliVersion)} diff ${ALL} --method template --no-color > diff.txt 2>&1 || { cat diff.txt; exit 1; }`,
      ...guardRules.length > 0 ? guardCommands(guardRules) : [],
      checkCommand(),
      'export CHECK_SUMMARY="$(cat summary.txt)" CHECK_BUILD="$CODEBUILD_BUILD_ID"',
    ],
    exportedVariables: ['CHECK_SUMMARY', 'CHECK_BUILD'],
    roles: [AccountRole.LOOKUP],
  };
}

/** The package has the binary of Guard, whose integrity npm checks. */
function guardCommands(rules: readonly string[]): string[] {
  return [
    'npm install --no-save --no-audit --no-fund --legacy-peer-deps --prefix guard '
    + '@cdklabs/cdk-validator-cfnguard@0.0.62',
    'GUARD="guard/node_modules/@cdklabs/cdk-validator-cfnguard/bin/ubuntu/$(uname -m)/cfn-guard"',
    'find cdk.out -name \'*.template.json\' > templates.txt',
    // 19: a rule is not satisfied, which the check reports
    `"$GUARD" validate ${rules.map(rule => `--rules '${rule}'`).join(' ')} $(sed 's/^/--data /' templates.txt)`
    + ' --structured --output-format json --show-summary none > guard.json || [ $? -eq 19 ]',
  ];
}

function deployStep({ cliVersion }: CdkPipelineOptions): PipelineStep {
  return {
    name: 'Deploy',
    description: 'Deploys the synthesized app into this account',
    inputArtifact: 'Assembly',
    commands: [
      `${cdk(cliVersion)} deploy ${ALL} --require-approval never --progress events --outputs-file outputs.json`,
    ],
    outputArtifact: 'Deployed',
    outputFiles: ['outputs.json'],
    roles: [AccountRole.DEPLOY, AccountRole.FILE_PUBLISHING, AccountRole.IMAGE_PUBLISHING, AccountRole.LOOKUP],
    docker: true,
  };
}

/** CodePipeline rolls back stages, so the steps that verify a deployment are in the stage of the deployment. */
export function deployStage(options: DeployStageOptions, deploy: PipelineStep): PipelineStage {
  const { alarmNames, alarmWindow, rollback = Rollback.PREVIOUS_COMMIT } = options;
  return { name: 'Deploy', steps: [deploy, ...verifySteps(options)], rollback, alarmNames, alarmWindow };
}

function verifySteps(options: DeployStageOptions): PipelineStep[] {
  const { installCommands = ['npm ci'], smokeTestCommands = [] } = options;
  if (smokeTestCommands.length === 0) return [];
  return [{
    name: 'Verify',
    description: 'Tests the deployed app',
    extraInputArtifacts: ['Deployed'],
    installCommands,
    commands: [
      'export STACK_OUTPUTS="$CODEBUILD_SRC_DIR_Deployed/outputs.json"', outputsCommand(), ...smokeTestCommands,
    ],
  }];
}
