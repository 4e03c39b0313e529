// @ts-expect-error the library has a build for require() as well, its types know only the other one
import type { StateMachine } from 'aws-local-stepfunctions';
import { forInterpreter, tasks, type Definition } from './definition';
import { statesFile } from '../../core/bundled-files';
import type { Clock } from '../../core/clock';
import { dateOf, timersOf } from '../lambda/in-process/globals';
import { Modules } from '../lambda/in-process/modules';
import type { Lambda } from '../lambda/service';

type Task = (input: unknown) => Promise<unknown>;

/** For whom a machine runs. */
export interface ExecutionScope {
  readonly accountId: string;
  readonly region: string;
  /** What the machine finds in its context object, `$$`. */
  readonly context: Readonly<Record<string, unknown>>;
  /** Throws when the machine may not invoke a function. */
  permit(functionArn: string): void;
}

export interface Running {
  readonly result: Promise<unknown>;
  abort(): void;
}

/** An error as Step Functions hands it to `Retry` and `Catch`: the name is `Error`, the message is `Cause`. */
export class StateFailure extends Error {
  public constructor(name: string, cause: string) {
    super(cause);
    this.name = name;
  }
}

/** Runs the Amazon States Language; tasks call the simulated functions. */
export class Interpreter {
  private Machine?: typeof StateMachine;

  public constructor(private readonly clock: Clock, private readonly lambda: Lambda) {}

  public run(definition: Definition, input: unknown, scope: ExecutionScope): Running {
    this.Machine ??= machineIn(this.clock);
    const taskResourceLocalHandlers = Object.fromEntries(
      tasks(definition).map(([name, resource]) => [name, this.task(resource, scope)]),
    );
    // the validator takes a quarter of a second for each machine, and is not bundled
    const options = { validationOptions: { noValidate: true } };
    const machine = new this.Machine(toLibrary(forInterpreter(definition, this.clock.scale)), options);
    const running = machine.run(toLibrary(input), {
      context: toLibrary(scope.context),
      overrides: { taskResourceLocalHandlers: toLibrary(taskResourceLocalHandlers) },
    });
    return {
      abort: () => running.abort(),
      result: running.result.catch((error: Error) => {
        // the library wraps what the last state threw
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
    return async () => { throw new StateFailure('States.TaskFailed', `the rehearsal does not know tasks of '${resource}'`); };
  }

  private async invoke(functionArn: string, input: unknown, { permit }: ExecutionScope): Promise<unknown> {
    try {
      permit(functionArn);
    } catch (error) {
      throw new StateFailure('Lambda.AWSLambdaException', error instanceof Error ? error.message : String(error));
    }
    if (!this.lambda.has(functionArn)) throw new StateFailure('Lambda.ResourceNotFoundException', `Function not found: ${functionArn}`);
    const { payload, failed } = await this.lambda.invoke(functionArn, input);
    const answer = JSON.parse(payload);
    if (failed) throw new StateFailure(answer.errorType ?? 'Lambda.Unknown', payload);
    return answer;
  }
}

/** The library with the time of the clock: what waits in it waits in simulated time, and knows no other date. */
function machineIn(clock: Clock): typeof StateMachine {
  supplyWithResolvers();
  const modules = new Modules({ globals: { ...timersOf(clock), Date: dateOf(clock) }, supply: () => undefined });
  return toLibrary<{ StateMachine: typeof StateMachine }>(modules.load(statesFile())).StateMachine;
}

/** The library's types spell out the whole language; here it is data that the library itself checks. */
function toLibrary<Type>(value: unknown): Type {
  return value as Type;
}

/** The library wants Node 22 for this one function. */
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
