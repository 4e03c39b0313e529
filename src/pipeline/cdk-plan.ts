import type { Duration } from 'aws-cdk-lib';
import type { BuildOptions, ExecutionMode, PipelinePlan, PipelineStage, PipelineStep } from './pipeline-plan';
import { AccountRole, Rollback } from './pipeline-plan';
import { checkCommand, outputsCommand } from './scripts';

/** What all definitions have in common. */
export interface PipelineDefinitionOptions extends BuildOptions {
  /**
   * Commands that install what the app needs, run in the root of the repository.
   *
   * @default ['npm ci']
   */
  readonly installCommands?: string[];

  /**
   * What happens when a commit arrives while an earlier one is still on its way.
   *
   * @default ExecutionMode.SUPERSEDED
   */
  readonly executionMode?: ExecutionMode;
}

/** Options of a pipeline that tests what it has deployed. */
export interface VerifiedPipelineOptions extends PipelineDefinitionOptions {
  /**
   * Commands that test what has been deployed, run in the root of the repository after the `installCommands`. `STACK_OUTPUTS` names a JSON file with
   * the outputs of all stacks, and each of them is in the variable `<stack>_<output>`.
   *
   * @default - nothing is tested
   */
  readonly smokeTestCommands?: string[];

  /**
   * Names of at most five CloudWatch alarms in the account of the environment that must not go off after a deployment.
   * Composite alarms cannot be watched: CloudWatch shows them to nobody whose rights are limited to some alarms.
   *
   * @default - none
   */
  readonly alarmNames?: string[];

  /**
   * How long the alarms are watched after a deployment.
   *
   * @default Duration.minutes(5)
   */
  readonly alarmWindow?: Duration;

  /**
   * What happens when the deployment or the smoke test fails, or an alarm goes off.
   *
   * @default Rollback.PREVIOUS_COMMIT
   */
  readonly rollback?: Rollback;
}

/** Options of `PipelineDefinition.cdk`. */
export interface CdkPipelineOptions extends VerifiedPipelineOptions {
  /**
   * Commands that build the app.
   *
   * @default ['npm run build --if-present']
   */
  readonly buildCommands?: string[];

  /**
   * Commands that test the app before anything is deployed.
   *
   * @default ['npm test --if-present']
   */
  readonly testCommands?: string[];

  /**
   * Commands that synthesize the app into the folder `cdk.out`.
   *
   * @default ['npx cdk synth --quiet']
   */
  readonly synthCommands?: string[];

  /**
   * Files with CloudFormation Guard rules in the repository that every template must follow.
   *
   * @default - only CDK's own validation and cdk-nag, if the app uses it
   */
  readonly guardRules?: string[];

  /**
   * Version of the CDK command line that compares and deploys; `'2'` is the latest. It must know the assemblies that the app's `aws-cdk-lib` writes: name
   * a later one when it says that it does not.
   *
   * @default '2.1148.1'
   */
  readonly cliVersion?: string;
}

/** What the pipelines are tested with: a later one may word differently what Check reads, and a way back would take another one than the run. */
export const CLI_VERSION = '2.1148.1';

/** The CDK command line of the pipeline itself, whatever the app has. */
export function cdk(version = CLI_VERSION): string {
  return `npx --yes aws-cdk@${version}`;
}

// '**' selects the stacks of stages, too, which --all leaves out
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
    installCommands = ['npm ci'], buildCommands = ['npm run build --if-present'], testCommands = ['npm test --if-present'],
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
    description: 'Looks for findings of policies, and for what would change',
    inputArtifact: 'Assembly',
    commands: [
      // compares templates and makes no change sets: looking is all that it needs
      `${cdk(cliVersion)} diff ${ALL} --method template --no-color > diff.txt 2>&1 || { cat diff.txt; exit 1; }`,
      ...guardRules.length > 0 ? guardCommands(guardRules) : [],
      checkCommand(),
      'export CHECK_SUMMARY="$(cat summary.txt)" CHECK_BUILD="$CODEBUILD_BUILD_ID"',
    ],
    exportedVariables: ['CHECK_SUMMARY', 'CHECK_BUILD'],
    roles: [AccountRole.LOOKUP],
  };
}

/** The package carries Guard's own binary, and npm checks that it is what was published. */
function guardCommands(rules: readonly string[]): string[] {
  return [
    'npm install --no-save --no-audit --no-fund --legacy-peer-deps --prefix guard @cdklabs/cdk-validator-cfnguard@0.0.62',
    'GUARD="guard/node_modules/@cdklabs/cdk-validator-cfnguard/bin/ubuntu/$(uname -m)/cfn-guard"',
    'find cdk.out -name \'*.template.json\' > templates.txt',
    // 19 says that rules are broken, which the check tells in words
    `"$GUARD" validate ${rules.map(rule => `--rules '${rule}'`).join(' ')} $(sed 's/^/--data /' templates.txt) --structured --output-format json --show-summary none > guard.json`
    + ' || [ $? -eq 19 ]',
  ];
}

function deployStep({ cliVersion }: CdkPipelineOptions): PipelineStep {
  return {
    name: 'Deploy',
    description: 'Deploys the synthesized app into this account',
    inputArtifact: 'Assembly',
    commands: [`${cdk(cliVersion)} deploy ${ALL} --require-approval never --progress events --outputs-file outputs.json`],
    outputArtifact: 'Deployed',
    outputFiles: ['outputs.json'],
    roles: [AccountRole.DEPLOY, AccountRole.FILE_PUBLISHING, AccountRole.IMAGE_PUBLISHING, AccountRole.LOOKUP],
    docker: true,
  };
}

/** A stage goes back as a whole, so what verifies a deployment belongs into its stage. */
export function deployStage(options: VerifiedPipelineOptions, deploy: PipelineStep): PipelineStage {
  const { alarmNames, alarmWindow, rollback = Rollback.PREVIOUS_COMMIT } = options;
  return { name: 'Deploy', steps: [deploy, ...verifySteps(options)], rollback, alarmNames, alarmWindow };
}

function verifySteps({ installCommands = ['npm ci'], smokeTestCommands = [] }: VerifiedPipelineOptions): PipelineStep[] {
  if (smokeTestCommands.length === 0) return [];
  return [{
    name: 'Verify',
    description: 'Tests what has been deployed',
    extraInputArtifacts: ['Deployed'],
    installCommands,
    commands: ['export STACK_OUTPUTS="$CODEBUILD_SRC_DIR_Deployed/outputs.json"', outputsCommand(), ...smokeTestCommands],
  }];
}
