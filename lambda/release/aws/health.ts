import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import type { SideClients } from './side-clients';
import type { Health } from '../ports';

const TIMEOUT_MILLISECONDS = 5000;

interface Expected {
  readonly status: number;
  readonly body?: string;
}

const GOOD: Health = { isGood: true };

/** Sends one HTTP request. A redirect is an answer of its own. */
export async function httpHealth(url: string, { status, body }: Expected): Promise<Health> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MILLISECONDS);
    const response = await fetch(url, { redirect: 'manual', signal });
    const text = await response.text();
    if (response.status !== status) return bad(`GET ${url} returned status ${response.status}, expected ${status}`);
    if (body !== undefined && !text.includes(body)) return bad(`the body of GET ${url} does not contain '${body}'`);
    return GOOD;
  } catch (error) {
    const cause = error instanceof Error ? (error.cause instanceof Error ? error.cause : error) : undefined;
    return bad(`GET ${url} failed: ${cause?.message ?? String(error)}`);
  }
}

/** The names of the alarms that are not in the state OK, or do not exist. */
export async function firingAlarms({ cloudwatch }: SideClients, names: readonly string[]): Promise<readonly string[]> {
  if (names.length === 0) return [];
  const command = new DescribeAlarmsCommand({
    AlarmNames: [...names], AlarmTypes: ['MetricAlarm', 'CompositeAlarm'], MaxRecords: 100,
  });
  const { MetricAlarms: metric = [], CompositeAlarms: composite = [] } = await cloudwatch.send(command);
  const states = new Map([...metric, ...composite].map(({ AlarmName, StateValue }) => [AlarmName, StateValue]));
  // an alarm without data is not good for a side that gets traffic
  return names.filter(name => states.get(name) !== 'OK');
}

export async function alarmHealth(clients: SideClients, names: readonly string[]): Promise<Health> {
  const firing = await firingAlarms(clients, names);
  return firing.length === 0 ? GOOD : bad(`alarm ${firing.map(name => `'${name}'`).join(', ')} is not in the state OK`);
}

export function bad(problem: string): Health {
  return { isGood: false, problem };
}
