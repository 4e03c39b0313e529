import { Duration, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { BuildSecretConfig } from './build-secret';
import type { CdkPipelineOptions } from './cdk-plan';
import { CLI_VERSION } from './cdk-plan';
import type { PipelineDefinition } from './pipeline-definition';
import type { BuildNetwork, BuildOptions, PipelinePlan, PipelineStage, PipelineStep } from './pipeline-plan';
import type { SelfMutatingPipelineOptions } from './self-mutating-plan';
import type { TofuPipelineOptions } from './tofu-plan';
import { checksumProblem } from './tofu-releases';
import { fail } from '../private/validate';

const NAME = /^[A-Za-z][A-Za-z0-9]{0,30}$/;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
const IN_REPOSITORY = 'must be a path within the repository without spaces and quotes';
const OTHER_NAME = 'choose another name';
/** Names of roles and stages of this library. */
const RESERVED = ['source', 'approve', 'run', 'start', 'operate', 'events'];
const SET_BY_PIPELINE =
  /^(CODEBUILD_|ENVIRONMENT_DESCRIPTOR$|CHECK_|STACK_OUTPUTS$|PIPELINE_(EXECUTION_ID|APPROVAL)$)/;
/** With another path, home, region or identity the commands of the pipeline would fail. */
const NEEDED_BY_PIPELINE = /^(PATH|HOME|AWS_.*)$/;

/** Returns the minutes of a duration. @throws if it is not within the limits */
export function checkedMinutes(
  scope: IConstruct, name: string, duration: Duration, minimum: number, maximum: number,
): number {
  const minutes = duration.toMinutes({ integral: false });
  if (Number.isInteger(minutes) && minutes >= minimum && minutes <= maximum) return minutes;
  return fail(scope, `the ${name} must be ${minimum} to ${maximum} whole minutes, got ${duration.toHumanString()}`);
}

/** Returns the plan of a definition. @throws if AWS would reject it */
export function checkedPlan(scope: IConstruct, definition: PipelineDefinition): PipelinePlan {
  const plan = definition.plan();
  checkLists(scope, plan.builds ?? {});
  const names = plan.stages.map(({ name }) => name);
  if (!names.includes('Deploy')) {
    fail(scope, "a pipeline must have a stage 'Deploy', before which it requires approval, "
      + `got ${names.join(', ') || 'none'}`);
  }
  checkOptions(scope, plan.builds ?? {});
  for (const stage of plan.stages) checkStage(scope, stage);
  checkNames(scope, 'stage', names);
  checkNames(scope, 'step', plan.stages.flatMap(({ steps }) => steps.map(({ name }) => name)));
  checkArtifacts(scope, plan);
  checkBuild(scope, plan.builds ?? {});
  return plan;
}

type Options = CdkPipelineOptions & TofuPipelineOptions & Partial<SelfMutatingPipelineOptions>;

/** Checks the options of a definition, which its plan has as options of builds. */
function checkOptions(scope: IConstruct, options: Options) {
  const { guardRules = [], synthCommands, cliVersion, stackName, tofuVersion, tofuSha256, directory } = options;
  if (synthCommands?.length === 0) {
    fail(scope, "'synthCommands' must have at least one command, which synthesizes the app to cdk.out, got none");
  }
  checkFiles(scope, "'guardRules'", guardRules);
  // these are inserted into commands
  checkForm(scope, cliVersion, /^\d+(\.\d+){0,2}$/, `the 'cliVersion' must be a version like '${CLI_VERSION}'`);
  checkForm(scope, stackName, /^[\w/-]+$/, "the 'stackName' must be a name or a path of letters, digits and '_-/'");
  checkForm(scope, tofuVersion, /^\d+\.\d+\.\d+(-\w+)?$/, "the 'tofuVersion' must be like '1.10.6'");
  checkForm(scope, tofuSha256, /^[0-9a-f]{64}$/, "the 'tofuSha256' must be 64 hexadecimal digits in lower case");
  const problem = checksumProblem(options);
  if (problem) fail(scope, problem);
  if (directory !== undefined && isOutside(directory)) {
    fail(scope, `the 'directory' ${IN_REPOSITORY}, got '${directory}'`);
  }
}

/** Rejects a command in place of a list: without type checks, it would be used as a list of its characters. */
function checkLists(scope: IConstruct, options: object) {
  const given = Object.entries(options).filter(([name]) => name.endsWith('Commands'));
  for (const [name, commands] of given as [string, unknown][]) {
    if (commands === undefined) continue;
    if (!Array.isArray(commands)) {
      return fail(scope, `'${name}' must be a list of commands, got '${String(commands)}': `
        + `write ['${String(commands)}']`);
    }
    if (commands.some(command => typeof command !== 'string' || command.trim() === '')) {
      fail(scope, `'${name}' has an empty command: omit it`);
    }
  }
}

function checkForm(scope: IConstruct, value: string | undefined, pattern: RegExp, message: string) {
  if (value === undefined || Token.isUnresolved(value) || pattern.test(value)) return;
  fail(scope, `${message}, got '${value}'`);
}

function checkNames(scope: IConstruct, kind: string, names: readonly string[]) {
  for (const [index, name] of names.entries()) {
    if (!NAME.test(name)) {
      fail(scope, `the name of a ${kind} must be a letter and at most 30 more letters and digits, got '${name}'`);
    }
    if (RESERVED.includes(name.toLowerCase())) {
      fail(scope, `the name '${name}' of a ${kind} is reserved for the pipeline itself: ${OTHER_NAME}`);
    }
    const duplicate = names.slice(index + 1).find(other => other.toLowerCase() === name.toLowerCase());
    if (duplicate) {
      fail(scope, `the pipeline has two ${kind}s named '${duplicate}': ${OTHER_NAME} for one of them`);
    }
  }
}

function checkStage(scope: IConstruct, { name, steps, alarmNames = [], alarmWindow }: PipelineStage) {
  if (steps.length === 0) fail(scope, `the stage '${name}' must have at least one step, got none`);
  if (alarmNames.length > 5) {
    fail(scope, `the stage '${name}' can watch at most 5 alarms, got ${alarmNames.length}: `
      + 'combine some in one alarm with metric math');
  }
  if (alarmNames.includes('')) {
    fail(scope, `an alarm of the stage '${name}' must be a name of at least one character, got ''`);
  }
  const duplicate = alarmNames.find((alarm, index) => alarmNames.includes(alarm, index + 1));
  if (duplicate !== undefined) fail(scope, `the stage '${name}' watches the alarm '${duplicate}' twice: name it once`);
  if (alarmWindow) checkedMinutes(scope, 'alarmWindow', alarmWindow, 1, 1440);
}

/** An artifact is created by one step, and used by later steps only. */
function checkArtifacts(scope: IConstruct, { stages }: PipelinePlan) {
  const created = new Set(['Source']);
  for (const step of stages.flatMap(({ steps }) => steps)) {
    for (const artifact of [step.inputArtifact ?? 'Source', ...step.extraInputArtifacts ?? []]) {
      if (created.has(artifact)) continue;
      fail(scope, `the step '${step.name}' uses the artifact '${artifact}', which no earlier step creates: `
        + `use one of ${[...created].join(', ')}`);
    }
    checkOutput(scope, step, created);
  }
}

function checkOutput(scope: IConstruct, step: PipelineStep, created: Set<string>) {
  const { name, outputArtifact, outputFiles = [], commands } = step;
  if (commands.length === 0) fail(scope, `the step '${name}' must have at least one command, got none`);
  if (outputArtifact !== undefined) {
    if (created.has(outputArtifact)) {
      fail(scope, `the step '${name}' creates the artifact '${outputArtifact}', which an earlier step creates: `
        + OTHER_NAME);
    }
    created.add(outputArtifact);
  }
  checkFiles(scope, `the step '${name}'`, outputFiles);
}

function isOutside(file: string): boolean {
  return file.startsWith('/') || file.split('/').includes('..') || /['"\s]/.test(file);
}

function checkFiles(scope: IConstruct, owner: string, files: readonly string[]) {
  const outside = files.find(isOutside);
  if (outside !== undefined) fail(scope, `a file of ${owner} ${IN_REPOSITORY}, got '${outside}'`);
}

function checkBuild(scope: IConstruct, { environmentVariables = {}, secrets = {}, timeout, network }: BuildOptions) {
  if (timeout) checkedMinutes(scope, 'timeout', timeout, 5, 2160);
  for (const name of [...Object.keys(environmentVariables), ...Object.keys(secrets)]) {
    checkVariable(scope, name);
    if (name in environmentVariables && name in secrets) {
      fail(scope, `'${name}' is both in 'environmentVariables' and in 'secrets': keep one of them`);
    }
  }
  for (const [variable, secret] of Object.entries(secrets)) checkSecret(scope, variable, secret._bind());
  if (network) checkNetwork(scope, network);
}

function checkVariable(scope: IConstruct, name: string) {
  if (!VARIABLE.test(name)) {
    fail(scope, "the name of an environment variable must be letters, digits and '_', "
      + `not beginning with a digit, got '${name}'`);
  }
  if (SET_BY_PIPELINE.test(name)) {
    fail(scope, `the environment variable '${name}' is set by the pipeline itself: ${OTHER_NAME}`);
  }
  if (NEEDED_BY_PIPELINE.test(name)) {
    fail(scope, `the environment variable '${name}' is needed by the pipeline itself: ${OTHER_NAME}`);
  }
}

function checkNetwork(scope: IConstruct, { subnetIds, securityGroupIds }: BuildNetwork) {
  for (const [name, ids] of Object.entries({ subnetIds, securityGroupIds })) {
    if (Token.isUnresolved(ids) || ids.length > 0) continue;
    fail(scope, `the network of builds must have at least one of '${name}', got none`);
  }
}

function checkSecret(scope: IConstruct, variable: string, { type, name }: BuildSecretConfig) {
  const message = (kind: string) =>
    `the secret '${variable}' must be the name of a ${kind} and not an ARN: letters, digits`;
  if (type === 'SECRETS_MANAGER') {
    checkForm(scope, name, /^[\w/+=.@!-]+$/, `${message('secret of Secrets Manager')} and '/_+=.@!-'`);
  } else {
    checkForm(scope, name, /^[\w/.-]+$/, `${message('parameter of Systems Manager')} and '/_.-'`);
  }
}
