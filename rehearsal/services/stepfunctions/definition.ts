import { AwsError } from '../../core/service';

/** A comparison of a Choice state, or several. */
interface Rule {
  readonly Next?: string;
  readonly And?: readonly Rule[];
  readonly Or?: readonly Rule[];
  readonly Not?: Rule;
  readonly [operator: string]: unknown;
}

/** The members of a state that the rehearsal reads; all others are passed to the interpreter. */
export interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly Next?: string;
  readonly Default?: string;
  readonly Catch?: readonly { readonly Next: string }[];
  readonly Choices?: readonly Rule[];
  readonly TimeoutSeconds?: number;
  readonly TimeoutSecondsPath?: string;
  readonly Branches?: readonly Definition[];
  readonly Iterator?: Definition;
  readonly ItemProcessor?: Definition;
}

export interface Definition {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
  readonly TimeoutSeconds?: number;
}

export interface StateMachine {
  readonly arn: string;
  readonly name: string;
  readonly roleArn: string;
  readonly definition: Definition;
}

/** Checks the references of a definition. @throws AwsError */
export function checkDefinition(definition: Definition): Definition {
  const states: Readonly<Record<string, State>> = definition.States ?? {};
  const targets = Object.values(states)
    .flatMap(({ Next, Default, Catch = [], Choices = [] }) => [{ Next }, { Next: Default }, ...Catch, ...Choices])
    .map(({ Next }) => Next);
  const missing = [definition.StartAt, ...targets].find(target => target !== undefined && !(target in states));
  if (Object.keys(states).length === 0 || missing !== undefined) {
    throw new AwsError(
      'InvalidDefinition',
      `Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' target: ${missing ?? 'StartAt'}'`,
    );
  }
  Object.values(states).flatMap(nested).forEach(checkDefinition);
  return definition;
}

/**
 * Adapts a definition to the interpreter. Its timers run in simulated time, in which work takes `scale` times as long:
 * timeouts are extended accordingly.
 */
export function forInterpreter<Machine extends Definition>(definition: Machine, scale: number): Machine {
  const { TimeoutSeconds: seconds, States } = definition;
  return {
    ...definition,
    States: Object.fromEntries(
      Object.entries(States).map(([name, state]) => [name, stateForInterpreter(state, scale)]),
    ),
    ...(seconds !== undefined && { TimeoutSeconds: seconds * scale }),
  };
}

/** Returns all task states, including those inside Map and Parallel. */
export function tasks(definition: Definition): [name: string, resource: string][] {
  return Object.entries(definition.States).flatMap(([name, state]): [string, string][] => {
    const inner = nested(state).flatMap(tasks);
    return state.Type === 'Task' ? [[name, state.Resource ?? ''], ...inner] : inner;
  });
}

function stateForInterpreter({ TimeoutSecondsPath, ...state }: State, scale: number): State {
  return {
    ...state,
    ...state.Type === 'Task' && timeoutOf(state.TimeoutSeconds, TimeoutSecondsPath, scale),
    ...state.Choices && { Choices: state.Choices.map(decidable) },
    ...state.Branches && { Branches: state.Branches.map(branch => forInterpreter(branch, scale)) },
    ...state.Iterator && { Iterator: forInterpreter(state.Iterator, scale) },
    ...state.ItemProcessor && { ItemProcessor: forInterpreter(state.ItemProcessor, scale) },
  };
}

/** A timeout from the input cannot be extended: the timeout of the function applies. */
function timeoutOf(seconds: number | undefined, path: string | undefined, scale: number): Partial<State> {
  if (path !== undefined && scale === 1) return { TimeoutSecondsPath: path };
  // on AWS a task without a timeout can run without limit, in the interpreter for one minute
  return { TimeoutSeconds: (seconds ?? 86_400) * scale };
}

/** Works around the interpreter, in which IsPresent, IsNull and IsString are never false. */
function decidable({ And, Or, Not, Next, ...rule }: Rule): Rule {
  const operator = Object.keys(rule).find(name => name.startsWith('Is') && rule[name] === false);
  return {
    ...operator === undefined ? rule : { Not: { ...rule, [operator]: true } },
    ...Next !== undefined && { Next },
    ...And && { And: And.map(decidable) },
    ...Or && { Or: Or.map(decidable) },
    ...Not && { Not: decidable(Not) },
  };
}

function nested(state: State): Definition[] {
  return [...state.Branches ?? [], state.Iterator, state.ItemProcessor].filter(inner => inner !== undefined);
}
