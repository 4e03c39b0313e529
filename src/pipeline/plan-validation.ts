import { Duration, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { BuildSecretConfig } from './build-secret';
import type { CdkPipelineOptions } from './cdk-plan';
import { CLI_VERSION } from './cdk-plan';
import type { PipelineDefinition } from './pipeline-definition';
import type { BuildOptions, PipelinePlan, PipelineStage, PipelineStep } from './pipeline-plan';
import type { SelfMutatingPipelineOptions } from './self-mutating-plan';
import type { TofuPipelineOptions } from './tofu-plan';
import { fail } from '../private/validate';

const NAME = /^[A-Za-z][A-Za-z0-9]{0,30}$/;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
const IN_REPOSITORY = 'must be a path within the repository without spaces and quotes';
/** Roles and stages of our own. */
const TAKEN = ['source', 'approve', 'run', 'start', 'operate', 'events'];

export function checkedMinutes(scope: IConstruct, name: string, duration: Duration, least: number, most: number): number {
  const minutes = duration.toMinutes({ integral: false });
  if (Number.isInteger(minutes) && minutes >= least && minutes <= most) return minutes;
  return fail(scope, `the ${name} must be ${least} to ${most} whole minutes, got ${duration.toHumanString()}`);
}

/** The plan of a definition, when AWS would take it. */
export function checkedPlan(scope: IConstruct, definition: PipelineDefinition): PipelinePlan {
  const plan = definition.plan();
  checkLists(scope, plan.builds ?? {});
  const names = plan.stages.map(({ name }) => name);
  if (!names.includes('Deploy')) fail(scope, `a pipeline must have a stage 'Deploy', before which it asks for approval, got ${names.join(', ') || 'none'}`);
  checkOptions(scope, plan.builds ?? {});
  for (const stage of plan.stages) checkStage(scope, stage);
  checkNames(scope, 'stage', names);
  checkNames(scope, 'step', plan.stages.flatMap(({ steps }) => steps.map(({ name }) => name)));
  checkArtifacts(scope, plan);
  checkBuild(scope, plan.builds ?? {});
  return plan;
}

/** The options that a plan was made from, in the words that they were given in, as long as they come with it. */
function checkOptions(scope: IConstruct, options: CdkPipelineOptions & TofuPipelineOptions & Partial<SelfMutatingPipelineOptions>) {
  const { guardRules = [], synthCommands, cliVersion, stackName, tofuVersion, directory } = options;
  if (synthCommands?.length === 0) fail(scope, "'synthCommands' must have at least one command, which synthesizes the app into cdk.out, got none");
  checkFiles(scope, "'guardRules'", guardRules);
  // these are put into commands
  checkForm(scope, cliVersion, /^\d+(\.\d+){0,2}$/, `the 'cliVersion' must be a version like '${CLI_VERSION}'`);
  checkForm(scope, stackName, /^[\w/-]+$/, "the 'stackName' must be a name or a path of letters, digits and '_-/'");
  checkForm(scope, tofuVersion, /^\d+\.\d+\.\d+(-\w+)?$/, "the 'tofuVersion' must be like '1.10.6'");
  if (directory !== undefined && isOutside(directory)) fail(scope, `the 'directory' ${IN_REPOSITORY}, got '${directory}'`);
}

/** Apps that are run without a look at their types may give one command where a list is wanted, which would be taken for a list of letters. */
function checkLists(scope: IConstruct, options: object) {
  const given = Object.entries(options).filter(([name]) => name.endsWith('Commands'));
  for (const [name, commands] of given as [string, unknown][]) {
    if (commands === undefined) continue;
    if (!Array.isArray(commands)) fail(scope, `'${name}' must be a list of commands, got '${String(commands)}': write ['${String(commands)}']`);
    if (commands.some(command => typeof command !== 'string' || command.trim() === '')) fail(scope, `'${name}' has an empty command: leave it out`);
  }
}

function checkForm(scope: IConstruct, value: string | undefined, pattern: RegExp, words: string) {
  if (value !== undefined && !Token.isUnresolved(value) && !pattern.test(value)) fail(scope, `${words}, got '${value}'`);
}

function checkNames(scope: IConstruct, kind: string, names: readonly string[]) {
  for (const [index, name] of names.entries()) {
    if (!NAME.test(name)) fail(scope, `the name of a ${kind} must be a letter and at most 30 more letters and digits, got '${name}'`);
    if (TAKEN.includes(name.toLowerCase())) fail(scope, `the name of a ${kind} must not be '${name}', which the pipeline itself uses: choose another name`);
    const twice = names.slice(index + 1).find(other => other.toLowerCase() === name.toLowerCase());
    if (twice) fail(scope, `the pipeline has two ${kind}s named '${twice}': choose another name for one of them`);
  }
}

function checkStage(scope: IConstruct, { name, steps, alarmNames = [], alarmWindow }: PipelineStage) {
  if (steps.length === 0) fail(scope, `the stage '${name}' must have at least one step, got none`);
  if (alarmNames.length > 5) fail(scope, `the stage '${name}' can watch 5 alarms, got ${alarmNames.length}: combine some in one alarm with metric math`);
  if (alarmNames.includes('')) fail(scope, `an alarm of the stage '${name}' must be a name of at least one character, got ''`);
  const twice = alarmNames.find((alarm, index) => alarmNames.includes(alarm, index + 1));
  if (twice !== undefined) fail(scope, `the stage '${name}' watches the alarm '${twice}' twice: name it once`);
  if (alarmWindow) checkedMinutes(scope, 'alarmWindow', alarmWindow, 1, 1440);
}

/** An artifact has one maker, and comes before whoever uses it. */
function checkArtifacts(scope: IConstruct, { stages }: PipelinePlan) {
  const made = new Set(['Source']);
  for (const step of stages.flatMap(({ steps }) => steps)) {
    for (const artifact of [step.inputArtifact ?? 'Source', ...step.extraInputArtifacts ?? []]) {
      if (!made.has(artifact)) fail(scope, `the step '${step.name}' uses the artifact '${artifact}', which no earlier step makes: there are ${[...made].join(', ')}`);
    }
    checkOutput(scope, step, made);
  }
}

function checkOutput(scope: IConstruct, { name, outputArtifact, outputFiles = [], commands }: PipelineStep, made: Set<string>) {
  if (commands.length === 0) fail(scope, `the step '${name}' must have at least one command, got none`);
  if (outputArtifact !== undefined && made.has(outputArtifact)) fail(scope, `the step '${name}' makes the artifact '${outputArtifact}', which an earlier step makes: choose another name`);
  if (outputArtifact !== undefined) made.add(outputArtifact);
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
    if (!VARIABLE.test(name)) fail(scope, `an environment variable must be named with letters, digits and '_', not beginning with a digit, got '${name}'`);
    if (/^(CODEBUILD_|ENVIRONMENT_DESCRIPTOR$|CHECK_|STACK_OUTPUTS$|PIPELINE_(EXECUTION_ID|APPROVAL)$)/.test(name)) {
      fail(scope, `the environment variable '${name}' is set by the pipeline itself: choose another name`);
    }
    // with another path, home, region or identity its own commands would fail in every build
    if (/^(PATH|HOME|AWS_.*)$/.test(name)) fail(scope, `the environment variable '${name}' is needed by the pipeline itself: choose another name`);
    if (name in environmentVariables && name in secrets) fail(scope, `'${name}' is both in 'environmentVariables' and in 'secrets': keep one of them`);
  }
  for (const [variable, secret] of Object.entries(secrets)) checkSecret(scope, variable, secret._bind());
  const { subnetIds = [], securityGroupIds = [] } = network ?? {};
  if (network && !Token.isUnresolved(subnetIds) && subnetIds.length === 0) fail(scope, "the network of builds must have at least one of 'subnetIds', got none");
  if (network && !Token.isUnresolved(securityGroupIds) && securityGroupIds.length === 0) fail(scope, "the network of builds must have at least one of 'securityGroupIds', got none");
}

function checkSecret(scope: IConstruct, variable: string, { type, name }: BuildSecretConfig) {
  const words = (kind: string) => `the secret '${variable}' must be the name of a ${kind} and not an ARN: letters, digits`;
  if (type === 'SECRETS_MANAGER') checkForm(scope, name, /^[\w/+=.@!-]+$/, `${words('secret of Secrets Manager')} and '/_+=.@!-'`);
  else checkForm(scope, name, /^[\w/.-]+$/, `${words('parameter of Systems Manager')} and '/_.-'`);
}
