import { AwsError } from '../service';

interface Retrier {
  readonly IntervalSeconds?: number;
  readonly MaxDelaySeconds?: number;
}

/** What the rehearsal needs to know of a state; everything else goes to the interpreter untouched. */
export interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly Next?: string;
  readonly Default?: string;
  readonly Catch?: readonly { readonly Next: string }[];
  readonly Choices?: readonly { readonly Next: string }[];
  readonly Seconds?: number;
  readonly SecondsPath?: string;
  readonly TimestampPath?: string;
  readonly Timestamp?: string;
  readonly TimeoutSeconds?: number;
  readonly TimeoutSecondsPath?: string;
  readonly Retry?: readonly Retrier[];
  readonly Branches?: readonly Definition[];
  readonly Iterator?: Definition;
  readonly ItemProcessor?: Definition;
}

export interface Definition {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
  readonly TimeoutSeconds?: number;
}

/** Refuses a machine that leads nowhere, as AWS does when it is made. */
export function checkDefinition(definition: Definition): Definition {
  const states: Readonly<Record<string, State>> = definition.States ?? {};
  const targets = Object.values(states).flatMap(({ Next, Default, Catch = [], Choices = [] }) => [{ Next }, { Next: Default }, ...Catch, ...Choices])
    .map(({ Next }) => Next);
  const missing = [definition.StartAt, ...targets].find(target => target !== undefined && !(target in states));
  if (Object.keys(states).length === 0 || missing !== undefined) {
    throw new AwsError('InvalidDefinition', `Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' target: ${missing ?? 'StartAt'}'`);
  }
  Object.values(states).flatMap(nested).forEach(checkDefinition);
  return definition;
}

/** The same machine in the time of the rehearsal: waiting is shortened, work (the timeouts of tasks) is not. */
export function scaleWaiting<Machine extends Definition>(definition: Machine, scale: number): Machine {
  const States = Object.fromEntries(Object.entries(definition.States).map(([name, state]) => [name, scaleState(name, state, scale)]));
  return { ...definition, States };
}

/** All states that call something, those inside of Map and Parallel too. */
export function tasks(definition: Definition): [name: string, resource: string][] {
  return Object.entries(definition.States).flatMap(([name, state]): [string, string][] => {
    const inner = nested(state).flatMap(tasks);
    return state.Type === 'Task' ? [[name, state.Resource ?? ''], ...inner] : inner;
  });
}

function scaleState(name: string, state: State, scale: number): State {
  if (state.SecondsPath ?? state.TimestampPath ?? state.Timestamp) {
    throw new Error(`the rehearsal knows only Wait states with 'Seconds', '${name}' waits for a path or a time`);
  }
  return {
    ...state,
    // a task without a timeout may run as long as it likes on AWS, the interpreter would end it after a minute
    ...state.Type === 'Task' && state.TimeoutSecondsPath === undefined && { TimeoutSeconds: state.TimeoutSeconds ?? 86_400 },
    ...state.Seconds !== undefined && { Seconds: state.Seconds / scale },
    ...state.Retry && { Retry: state.Retry.map(retrier => scaleRetrier(retrier, scale)) },
    ...state.Branches && { Branches: state.Branches.map(branch => scaleWaiting(branch, scale)) },
    ...state.Iterator && { Iterator: scaleWaiting(state.Iterator, scale) },
    ...state.ItemProcessor && { ItemProcessor: scaleWaiting(state.ItemProcessor, scale) },
  };
}

function scaleRetrier<Type extends Retrier>(retrier: Type, scale: number): Type {
  return {
    ...retrier,
    IntervalSeconds: (retrier.IntervalSeconds ?? 1) / scale,
    ...retrier.MaxDelaySeconds !== undefined && { MaxDelaySeconds: retrier.MaxDelaySeconds / scale },
  };
}

function nested(state: State): Definition[] {
  return [...state.Branches ?? [], state.Iterator, state.ItemProcessor].filter(inner => inner !== undefined);
}
