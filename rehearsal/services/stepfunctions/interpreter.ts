// @ts-expect-error the library has a build for require() as well, its types know only the other one
import type { StateMachine } from 'aws-local-stepfunctions';
import { forInterpreter, tasks, type Definition } from './definition';
import { statesFile } from '../../core/bundled-files';
import type { Clock } from '../../core/clock';
import { dateOf } from '../lambda/in-process/globals';
import { Modules } from '../lambda/in-process/modules';
import { timersOf } from '../lambda/in-process/timers';
import type { Lambda } from '../lambda/service';

type Task = (input: unknown) => Promise<unknown>;

/** The state machine and role of an execution. */
export interface ExecutionScope {
  readonly accountId: string;
  readonly region: string;
  /** The context object, `$$`. */
  readonly context: Readonly<Record<string, unknown>>;
  /** @throws AwsError if the machine is not allowed to invoke the function */
  permit(functionArn: string): void;
}

export interface Running {
  readonly result: Promise<unknown>;
  abort(): void;
}

/** An error as Step Functions passes it to `Retry` and `Catch`: `name` is `Error`, `message` is `Cause`. */
export class StateFailure extends Error {
  public constructor(name: string, cause: string) {
    super(cause);
    this.name = name;
  }
}

/** Interprets the Amazon States Language; tasks invoke simulated functions. */
export class Interpreter {
  private Machine?: typeof StateMachine;

  public constructor(private readonly clock: Clock, private readonly lambda: Lambda) {}

  public run(definition: Definition, input: unknown, scope: ExecutionScope): Running {
    this.Machine ??= machineIn(this.clock);
    const taskResourceLocalHandlers = Object.fromEntries(
      tasks(definition).map(([name, resource]) => [name, this.task(resource, scope)]),
    );
    // the validator takes a quarter of a second per machine and is not bundled
    const options = { validationOptions: { noValidate: true } };
    const machine = new this.Machine(toLibrary(forInterpreter(definition, this.clock.scale)), options);
    const running = machine.run(toLibrary(input), {
      context: toLibrary(scope.context),
      overrides: { taskResourceLocalHandlers: toLibrary(taskResourceLocalHandlers) },
    });
    return {
      abort: () => running.abort(),
      result: running.result.catch((error: Error) => {
        // the library wraps the error of the last state
        throw error.cause instanceof Error ? new StateFailure(error.cause.name, error.cause.message) : error;
      }),
    };
  }

  private task(resource: string, scope: ExecutionScope): Task {
    if (/^arn:[^:]+:lambda:/.test(resource)) return async input => this.invoke(resource, input, scope);
    if (/:states:::lambda:invoke$/.test(resource)) {
      return async input => {
        const { FunctionName, Payload } = toLibrary<{ FunctionName?: unknown; Payload?: unknown }>(input);
        if (typeof FunctionName !== 'string') {
          const given = JSON.stringify(FunctionName);
          throw new StateFailure('States.Runtime', `'FunctionName' of lambda:invoke is ${given}, and must be text`);
        }
        const functionArn = this.lambda.arnOf(FunctionName, scope);
        const answer = await this.invoke(functionArn, Payload ?? {}, scope);
        return { StatusCode: 200, ExecutedVersion: '$LATEST', Payload: answer };
      };
    }
    return async () => {
      throw new StateFailure('States.TaskFailed', `the rehearsal does not support tasks of '${resource}'`);
    };
  }

  private async invoke(functionArn: string, input: unknown, { permit }: ExecutionScope): Promise<unknown> {
    try {
      permit(functionArn);
    } catch (error) {
      throw new StateFailure('Lambda.AWSLambdaException', error instanceof Error ? error.message : String(error));
    }
    if (!this.lambda.has(functionArn)) {
      throw new StateFailure('Lambda.ResourceNotFoundException', `Function not found: ${functionArn}`);
    }
    const { payload, failed } = await this.lambda.invoke(functionArn, input);
    const answer = JSON.parse(payload);
    if (failed) throw new StateFailure(answer.errorType ?? 'Lambda.Unknown', payload);
    return answer;
  }
}

/** Loads the library with simulated timers and dates. */
function machineIn(clock: Clock): typeof StateMachine {
  supplyWithResolvers();
  const modules = new Modules({ globals: { ...timersOf(clock), Date: dateOf(clock) }, supply: () => undefined });
  return toLibrary<{ StateMachine: typeof StateMachine }>(modules.load(statesFile())).StateMachine;
}

/** The types of the library describe the whole language; here a definition is data that the library checks. */
function toLibrary<Type>(value: unknown): Type {
  return value as Type;
}

/** Polyfill: the library needs this function of Node 22. */
function supplyWithResolvers(): void {
  if ('withResolvers' in Promise) return;
  Object.defineProperty(Promise, 'withResolvers', {
    value: () => {
      let settle: Record<string, unknown> = {};
      const promise = new Promise((resolve, reject) => { settle = { resolve, reject }; });
      return { promise, ...settle };
    },
  });
}
