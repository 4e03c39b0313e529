import * as v from 'valibot';
import { Flag } from '../../core/protocol/read';
import type { Publication } from '../../core/publication';

export const STATES = ['OK', 'ALARM', 'INSUFFICIENT_DATA'] as const;
export type AlarmState = typeof STATES[number];

/** ARNs by the state that performs them. */
export type AlarmActions = Readonly<Record<AlarmState, readonly string[]>>;

const Arns = v.optional(v.array(v.string()), []);

export const AlarmProperties = v.object({
  AlarmName: v.optional(v.string()),
  ActionsEnabled: v.optional(Flag, true),
  OKActions: Arns,
  AlarmActions: Arns,
  InsufficientDataActions: Arns,
});

export function actionsOf(properties: v.InferOutput<typeof AlarmProperties>): AlarmActions {
  if (!properties.ActionsEnabled) return { OK: [], ALARM: [], INSUFFICIENT_DATA: [] };
  return {
    OK: properties.OKActions,
    ALARM: properties.AlarmActions,
    INSUFFICIENT_DATA: properties.InsufficientDataActions,
  };
}

interface ChangedAlarm {
  readonly name: string;
  readonly arn: string;
  readonly state: AlarmState;
  readonly reason: string;
  readonly updatedAt: number;
  readonly actions: AlarmActions;
}

/** Returns the messages to the topics of the new state. Other actions are not simulated. */
export function alarmMessages(alarm: ChangedAlarm, before: AlarmState): Publication[] {
  const { name, arn, state, reason, updatedAt, actions } = alarm;
  const [, , , region, accountId] = arn.split(':');
  const topicArns = actions[state].filter(action => action.split(':')[2] === 'sns');
  return topicArns.map(topicArn => ({
    topicArn,
    subject: `${state}: "${name}" in ${region}`,
    body: JSON.stringify({
      AlarmName: name,
      AlarmArn: arn,
      AWSAccountId: accountId,
      Region: region,
      NewStateValue: state,
      NewStateReason: reason,
      OldStateValue: before,
      StateChangeTime: new Date(updatedAt).toISOString(),
      OKActions: actions.OK,
      AlarmActions: actions.ALARM,
      InsufficientDataActions: actions.INSUFFICIENT_DATA,
    }),
  }));
}
