import type { VerifiedPipelineOptions } from './cdk-plan';
import { deployStage } from './cdk-plan';
import type { PipelinePlan, PipelineStep } from './pipeline-plan';
import { AccountRole } from './pipeline-plan';
import { accountRole } from './pipeline-roles';
import { VARIABLES } from './stages';

/** Options of `PipelineDefinition.tofu`. The `installCommands` are those of the smoke test; there are none unless you name some. */
export interface TofuPipelineOptions extends VerifiedPipelineOptions {
  /**
   * Version of OpenTofu.
   *
   * @default '1.10.6'
   */
  readonly tofuVersion?: string;

  /**
   * Folder of the configuration in the repository.
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

const RELEASES = 'https://github.com/opentofu/opentofu/releases/download';

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

/** Downloads a release and compares it with the sums that were published with it. */
function installCommands(version = '1.10.6'): string[] {
  const release = `${RELEASES}/v${version}`;
  return [
    `mkdir -p "$HOME/tofu" && cd "$HOME/tofu" && curl -sSfLO ${release}/tofu_${version}_linux_amd64.zip && curl -sSfLO ${release}/tofu_${version}_SHA256SUMS`
    + ` && sha256sum --check --ignore-missing tofu_${version}_SHA256SUMS && unzip -qo tofu_${version}_linux_amd64.zip tofu && cd - && export PATH="$HOME/tofu:$PATH"`,
  ];
}

/** The AWS provider and the backend take the role by themselves, and renew it. */
function enterCommands({ directory, initArguments = [] }: TofuPipelineOptions, role: AccountRole): string[] {
  return [
    `printf '[profile application]\\nrole_arn = %s\\ncredential_source = EcsContainer\\n' '${accountRole(role)}' > "$HOME/application.ini"`,
    'export AWS_CONFIG_FILE="$HOME/application.ini" AWS_PROFILE=application AWS_SDK_LOAD_CONFIG=1 TF_IN_AUTOMATION=1 TF_INPUT=0',
    ...directory ? [`cd '${directory}'`] : [],
    ['tofu init', ...initArguments].join(' '),
  ];
}

function planStep(options: TofuPipelineOptions): PipelineStep {
  return {
    name: 'Plan',
    description: 'Plans what OpenTofu would change',
    installCommands: installCommands(options.tofuVersion),
    commands: [
      ...enterCommands(options, AccountRole.PLAN),
      'tofu validate',
      // a lock is something written
      'tofu plan -lock=false -out=environment.tfplan',
      `echo "$${VARIABLES.executionId}" > environment.execution`,
      'export CHECK_SUMMARY="$(tofu show -no-color environment.tfplan | grep -E \'^(Plan: |No changes|  # .*(destroyed|replaced))\' | cut -c -200 | head -c 700)"'
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
 * On the way back the plan of the previous commit no longer fits the state, and is made anew: that commit was approved and is what was there before.
 * In the execution that it was made for, a plan that no longer fits is another than the one that was approved, if anybody was asked.
 */
function applyPlanCommand(): string {
  return "tofu apply environment.tfplan 2> error.txt || { cat error.txt; grep -q 'Saved plan is stale' error.txt || exit 1; "
    + `if [ "$${VARIABLES.approval}" = manual ] && [ "$(cat environment.execution)" = "$${VARIABLES.executionId}" ]; then `
    + "echo 'the state has changed since this plan was made and approved: push a commit or start the pipeline again, so that it is planned anew'; exit 1; fi; "
    + 'tofu apply -auto-approve; }';
}

function applyStep(options: TofuPipelineOptions): PipelineStep {
  return {
    name: 'Deploy',
    description: 'Applies what OpenTofu has planned',
    inputArtifact: 'Planned',
    installCommands: installCommands(options.tofuVersion),
    commands: [
      ...enterCommands(options, AccountRole.APPLICATION),
      applyPlanCommand(),
      'tofu output -json | node -e \'const o = JSON.parse(require("fs").readFileSync(0)); '
      + 'console.log(JSON.stringify({ tofu: Object.fromEntries(Object.entries(o).filter(([, v]) => !v.sensitive)'
      + '.map(([k, { value: v }]) => [k, typeof v === "string" ? v : JSON.stringify(v)])) }))\' > "$CODEBUILD_SRC_DIR/outputs.json"',
    ],
    outputArtifact: 'Deployed',
    outputFiles: ['outputs.json'],
    roles: [AccountRole.APPLICATION],
  };
}
