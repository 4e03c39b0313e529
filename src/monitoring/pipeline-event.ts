import { Annotations, Token } from 'aws-cdk-lib';
import { IEventBus, IRuleTarget, Match, Rule } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { environmentNamesOf } from '../private/environment-names';
import { fail, validate } from '../private/validate';

/** What happens in the pipeline of an environment. */
export enum PipelineEvent {
  /** A run begins. */
  STARTED = 'STARTED',
  /** A run waits for somebody to approve it. */
  APPROVAL_NEEDED = 'APPROVAL_NEEDED',
  /** A run has succeeded: it has deployed its commit or, when it goes back, the one that was deployed before. */
  SUCCEEDED = 'SUCCEEDED',
  /** A stage has failed, also one that nobody has approved, and one that was to deploy the previous commit again. */
  FAILED = 'FAILED',
  /** A run begins that deploys again what was deployed before, because another has failed or somebody has asked for it. */
  ROLLED_BACK = 'ROLLED_BACK',
}

/** Options of `onPipelineEvent`. */
export interface OnPipelineEventOptions {
  /**
   * Names of environments.
   *
   * @default - all environments, those of the future included
   */
  readonly environmentNames?: string[];

  /**
   * What is to be heard of.
   *
   * @default - everything
   */
  readonly events?: PipelineEvent[];

  /**
   * What is given the event, as CodePipeline words it; its `account` is that of the environment.
   *
   * @default - none; `rule.addTarget()` adds one
   */
  readonly target?: IRuleTarget;

  /**
   * Name of the rule.
   *
   * @default - a name made by CloudFormation
   */
  readonly ruleName?: string;

  /**
   * What the rule is for.
   *
   * @default - no description
   */
  readonly description?: string;
}

type Pattern = { readonly [member: string]: unknown };

const ROLLBACKS = ['AutomatedRollback', 'ManualRollback'];
const OF_RUN: Pattern = { stage: Match.doesNotExist() };
const OF_STAGE: Pattern = { stage: Match.exists(), action: Match.doesNotExist() };

/**
 * How CodePipeline words it: an event without a stage is of the whole run, and one without an action of a stage. Only the first event of a run has its
 * trigger.
 */
const DETAILS: { readonly [event in PipelineEvent]: Pattern } = {
  [PipelineEvent.STARTED]: { ...OF_RUN, state: ['STARTED'] },
  [PipelineEvent.APPROVAL_NEEDED]: { type: { category: ['Approval'] }, state: ['STARTED'] },
  [PipelineEvent.SUCCEEDED]: { ...OF_RUN, state: ['SUCCEEDED'] },
  [PipelineEvent.FAILED]: { ...OF_STAGE, state: ['FAILED'] },
  [PipelineEvent.ROLLED_BACK]: { ...OF_RUN, 'state': ['STARTED'], 'execution-trigger': { 'trigger-type': ROLLBACKS } },
};

/** A rule on the organization's bus. */
export function pipelineRule(scope: Construct, id: string, eventBus: IEventBus, options: OnPipelineEventOptions): Rule {
  const { environmentNames, events, target, ruleName, description } = options;
  assertSome(scope, 'environmentNames', environmentNames);
  assertSome(scope, 'events', events);
  if (environmentNames) warnOfUnknown(scope, environmentNames);
  const details = (events ?? Object.values(PipelineEvent)).map(event => DETAILS[event]);
  return new Rule(scope, id, {
    eventBus,
    ruleName,
    description,
    targets: target && [target],
    eventPattern: {
      source: ['aws.codepipeline'],
      detail: {
        ...environmentNames && { pipeline: environmentNames.map(name => validate.environmentName(scope, name)) },
        ...details.length === 1 ? details[0] : { $or: details },
      },
    },
  });
}

export function assertSome(scope: Construct, name: string, list: readonly string[] | undefined) {
  if (list?.length === 0) fail(scope, `'${name}' is empty, so that nothing would ever be heard of: name some, or leave it out for all`);
}

/** Only once the app is complete it is known which environments it has; one without any leaves them to another app. */
function warnOfUnknown(scope: Construct, names: readonly string[]) {
  scope.node.addValidation({
    validate: () => {
      const known = [...environmentNamesOf(scope)];
      const unknown = names.filter(name => !Token.isUnresolved(name) && !known.includes(name));
      if (known.length > 0 && unknown.length > 0) {
        Annotations.of(scope).addWarningV2('cdk-org-environments:unknownEnvironment',
          `no environment of this app is called ${unknown.map(name => `'${name}'`).join(', ')}, so that nothing may ever be heard of it: `
          + `there are ${known.sort().join(', ')}; if another app has it, acknowledge this warning`);
      }
      return [];
    },
  });
}
