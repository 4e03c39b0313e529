import type { DeployStageOptions } from './cdk-plan';
import { deployStage } from './cdk-plan';
import type { PipelinePlan, PipelineStep } from './pipeline-plan';
import { AccountRole } from './pipeline-plan';
import { accountRole } from './pipeline-roles';
import { VARIABLES } from './stages';
import { tofuInstallCommands } from './tofu-releases';

/** Options of `PipelineDefinition.tofu()`. The `installCommands` are those of the smoke test; the default is none. */
export interface TofuPipelineOptions extends DeployStageOptions {
  /**
   * Version of OpenTofu, like `1.10.6`. Versions that this library has no checksum of need `tofuSha256`.
   *
   * @default '1.10.6'
   */
  readonly tofuVersion?: string;

  /**
   * SHA-256 of `tofu_<version>_linux_amd64.zip`, as 64 hexadecimal digits in lower case. A build that downloads another
   * archive fails. Take it from the `SHA256SUMS` of the release after you have verified their signature.
   *
   * @default - the checksum that this library has of 1.10.6, 1.12.3, 1.12.6 and 1.13.1; required for other versions
   */
  readonly tofuSha256?: string;

  /**
   * Path of the configuration's folder in the repository.
   *
   * @default - the root of the repository
   */
  readonly directory?: string;

  /**
   * Arguments of `tofu init`, for example `-backend-config=backend.hcl`.
   *
   * @default - none
   */
  readonly initArguments?: string[];
}

export function tofuPlan(options: TofuPipelineOptions): PipelinePlan {
  return {
    stages: [
      { name: 'Plan', steps: [planStep(options)] },
      deployStage({ ...options, installCommands: options.installCommands ?? [] }, applyStep(options)),
    ],
    executionMode: options.executionMode,
    builds: options,
  };
}

/** The AWS provider and the backend assume the role with this profile, and renew its credentials. */
function enterCommands({ directory, initArguments = [] }: TofuPipelineOptions, role: AccountRole): string[] {
  return [
    `printf '[profile application]\\nrole_arn = %s\\ncredential_source = EcsContainer\\n' '${accountRole(role)}' `
    + '> "$HOME/application.ini"',
    'export AWS_CONFIG_FILE="$HOME/application.ini" AWS_PROFILE=application AWS_SDK_LOAD_CONFIG=1 '
    + 'TF_IN_AUTOMATION=1 TF_INPUT=0',
    ...directory ? [`cd '${directory}'`] : [],
    ['tofu init', ...initArguments].join(' '),
  ];
}

function planStep(options: TofuPipelineOptions): PipelineStep {
  return {
    name: 'Plan',
    description: 'Plans the changes of OpenTofu',
    installCommands: tofuInstallCommands(options),
    commands: [
      ...enterCommands(options, AccountRole.PLAN),
      'tofu validate',
      // a lock would be a write
      'tofu plan -lock=false -out=environment.tfplan',
      `echo "$${VARIABLES.executionId}" > environment.execution`,
      'export CHECK_SUMMARY="$(tofu show -no-color environment.tfplan '
      + '| grep -E \'^(Plan: |No changes|  # .*(destroyed|replaced))\' | cut -c -200 | head -c 700)"'
      + ' CHECK_BUILD="$CODEBUILD_BUILD_ID"',
    ],
    outputArtifact: 'Planned',
    outputFiles: ['**/*'],
    exportedVariables: ['CHECK_SUMMARY', 'CHECK_BUILD'],
    roles: [AccountRole.PLAN],
    cached: true,
  };
}

/**
 * Applies the plan. A rollback finds a stale plan and plans again: its commit was deployed before. In the execution
 * of the plan itself, a stale plan fails if the pipeline requires approval, because a new plan is not the approved
 * one.
 */
function applyPlanCommand(): string {
  return 'tofu apply environment.tfplan 2> error.txt || { '
    + "cat error.txt; grep -q 'Saved plan is stale' error.txt || exit 1; "
    + `if [ "$${VARIABLES.approval}" = manual ] `
    + `&& [ "$(cat environment.execution)" = "$${VARIABLES.executionId}" ]; then `
    + "echo 'the state has changed since this plan was approved: push a commit or start the pipeline to plan again'; "
    + 'exit 1; fi; tofu apply -auto-approve; }';
}

function applyStep(options: TofuPipelineOptions): PipelineStep {
  return {
    name: 'Deploy',
    description: 'Applies the plan of OpenTofu',
    inputArtifact: 'Planned',
    installCommands: tofuInstallCommands(options),
    commands: [
      ...enterCommands(options, AccountRole.APPLICATION),
      applyPlanCommand(),
      'tofu output -json | node -e \'const o = JSON.parse(require("fs").readFileSync(0)); '
      + 'console.log(JSON.stringify({ tofu: Object.fromEntries(Object.entries(o).filter(([, v]) => !v.sensitive)'
      + '.map(([k, { value: v }]) => [k, typeof v === "string" ? v : JSON.stringify(v)])) }))\' '
      + '> "$CODEBUILD_SRC_DIR/outputs.json"',
    ],
    outputArtifact: 'Deployed',
    outputFiles: ['outputs.json'],
    roles: [AccountRole.APPLICATION],
  };
}
