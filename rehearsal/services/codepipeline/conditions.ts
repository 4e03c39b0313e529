import type { Condition, Rule } from './declaration';
import type { ConditionRun } from './execution';
import type { Clock } from '../../core/clock';
import { messageOf } from '../../core/error-message';
import type { AlarmState, CloudWatch } from '../cloudwatch/service';
import type { Actor } from '../iam/service-roles';

type Kind = ConditionRun['kind'];

const POLL_SECONDS = 15;

/** Evaluates the conditions of a stage by the alarms of their rules. */
export class Conditions {
  public constructor(
    private readonly cloudwatch: CloudWatch,
    private readonly clock: Clock,
    private readonly partition: string,
  ) {}

  /** A condition is met if all its rules succeed. Each rule uses its own role or that of the pipeline. */
  public async evaluate(kind: Kind, condition: Condition, actorFor: (rule: Rule) => Actor): Promise<ConditionRun> {
    const failures: string[] = [];
    for (const rule of condition.Rules) {
      const failure = await this.failureOf(kind, rule, () => actorFor(rule)).catch(messageOf);
      if (failure !== undefined) failures.push(`Rule ${rule.Name} failed: ${failure}`);
    }
    const summary = failures.join('; ') || 'all rules succeeded';
    return { kind, succeeded: failures.length === 0, result: condition.Result, summary, at: this.clock.now() };
  }

  private async failureOf(kind: Kind, rule: Rule, actorFor: () => Actor): Promise<string | undefined> {
    const provider = rule.RuleTypeId.Provider;
    if (provider !== 'CloudWatchAlarm') {
      return `the rehearsal does not support rules of ${provider ?? 'no provider'}, only of CloudWatchAlarm`;
    }
    const actor = actorFor();
    const { AlarmName: name, AlarmStates: states = 'ALARM', WaitTime: minutes = 0 } = rule.Configuration;
    const { accountId } = actor.caller;
    actor.assertAllowed(
      'cloudwatch:DescribeAlarms',
      `arn:${this.partition}:cloudwatch:${actor.region}:${accountId}:alarm:${String(name)}`,
    );
    const bad = String(states)
      .split(/[\s,]+/)
      .filter(state => state !== '');
    const read = (): AlarmState | undefined => this.cloudwatch.alarm(accountId, actor.region, String(name))?.state;
    const isBad = (): boolean => bad.includes(read() ?? '');
    const until = this.clock.now() + Number(minutes) * 60_000;
    // on entry an alarm may still end, on success it may still start
    while (isBad() === (kind === 'BeforeEntry') && this.clock.now() < until) await this.clock.sleep(POLL_SECONDS);
    const state = read();
    if (state === undefined) {
      return `the alarm ${String(name)} does not exist in account ${accountId}, region ${actor.region}`;
    }
    return bad.includes(state) ? `the alarm ${String(name)} is in state ${state}` : undefined;
  }
}
