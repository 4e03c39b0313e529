import { Annotations, Stack, Token } from 'aws-cdk-lib';
import { IEventBus, IRuleTarget, Match, Rule } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { verifiedPattern, VerifiedEventRule } from './verified-event-rule';
import { environmentNamesOf } from '../private/environment-names';
import { fail, validate } from '../private/validate';

/** An event of the pipeline of an environment. */
export enum PipelineEvent {
  /** An execution has started. */
  STARTED = 'STARTED',
  /** An execution waits for approval. */
  APPROVAL_NEEDED = 'APPROVAL_NEEDED',
  /** An execution has succeeded: it has deployed its commit or, as a rollback, the previous commit. */
  SUCCEEDED = 'SUCCEEDED',
  /** A stage has failed. An approval that was rejected or timed out and a rollback that failed are included. */
  FAILED = 'FAILED',
  /** A rollback has started: an execution that deploys the previous commit, after a failure or by request. */
  ROLLED_BACK = 'ROLLED_BACK',
}

/** Options of `onPipelineEvent`. */
export interface OnPipelineEventOptions {
  /**
   * Names of environments. It must not be empty.
   *
   * @default - all environments, future ones included
   */
  readonly environmentNames?: string[];

  /**
   * The events that the rule matches. It must not be empty.
   *
   * @default - all events
   */
  readonly events?: PipelineEvent[];

  /**
   * Target of the rule. It receives the event of CodePipeline, whose `account` is the account of the environment. Only
   * events of the pipelines that hold the lease of their account match the rule. Targets that `rule.addTarget()` adds
   * receive the same; a pattern that is added with `rule.addEventPattern()` must match the event on the bus, which has
   * the event of CodePipeline in `detail.requestPayload`.
   *
   * @default - no target; `rule.addTarget()` adds one
   */
  readonly target?: IRuleTarget;

  /**
   * Name of the rule.
   *
   * @default - CloudFormation generates a name
   */
  readonly ruleName?: string;

  /**
   * Description of the rule.
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
 * The details of CodePipeline's events: an event without a stage is about the execution, and one without an action
 * about a stage. Only the first event of an execution has its trigger.
 */
const DETAILS: { readonly [event in PipelineEvent]: Pattern } = {
  [PipelineEvent.STARTED]: { ...OF_RUN, state: ['STARTED'] },
  [PipelineEvent.APPROVAL_NEEDED]: { type: { category: ['Approval'] }, state: ['STARTED'] },
  [PipelineEvent.SUCCEEDED]: { ...OF_RUN, state: ['SUCCEEDED'] },
  [PipelineEvent.FAILED]: { ...OF_STAGE, state: ['FAILED'] },
  [PipelineEvent.ROLLED_BACK]: { ...OF_RUN, 'state': ['STARTED'], 'execution-trigger': { 'trigger-type': ROLLBACKS } },
};

/** Defines a rule on the event bus of the organization, for events that are verified. */
export function pipelineRule(scope: Construct, id: string, eventBus: IEventBus, options: OnPipelineEventOptions): Rule {
  const { environmentNames, events, target, ruleName, description } = options;
  assertSome(scope, 'environmentNames', environmentNames);
  assertSome(scope, 'events', events);
  if (environmentNames) warnAboutUnknown(scope, environmentNames);
  const details = (events ?? Object.values(PipelineEvent)).map(event => DETAILS[event]);
  return new VerifiedEventRule(scope, id, {
    eventBus,
    ruleName,
    description,
    targets: target && [target],
    eventPattern: verifiedPattern(Stack.of(scope).account, {
      detail: {
        ...environmentNames && { pipeline: environmentNames.map(name => validate.environmentName(scope, name)) },
        ...details.length === 1 ? details[0] : { $or: details },
      },
    }),
  });
}

export function assertSome(scope: Construct, name: string, list: readonly string[] | undefined) {
  if (list?.length === 0) fail(scope, `'${name}' must not be empty; omit it for the default`);
}

/**
 * Warns when validation, which sees the complete app, finds other environments only. An app without any imports them.
 */
function warnAboutUnknown(scope: Construct, names: readonly string[]) {
  scope.node.addValidation({
    validate: () => {
      const known = [...environmentNamesOf(scope)];
      const unknown = names.filter(name => !Token.isUnresolved(name) && !known.includes(name));
      if (known.length > 0 && unknown.length > 0) {
        Annotations.of(scope).addWarningV2('cdk-org-environments:unknownEnvironment',
          `no environment of this app is named ${unknown.map(name => `'${name}'`).join(', ')}, so the rule may match `
          + `nothing: use one of ${known.sort().join(', ')}; if another app defines it, acknowledge this warning`);
      }
      return [];
    },
  });
}
