import { createRequire } from 'node:module';
// @ts-expect-error the library has a build for require() as well, its types know only the other one
import { StateMachine } from 'aws-local-stepfunctions';
import type { Clock } from '../clock';
import { timersOf } from '../lambda/in-process/globals';
import { Modules } from '../lambda/in-process/modules';
import { VirtualClock } from '../virtual-clock';
import { scaleWaiting, tasks, type Definition } from './definition';
import type { Lambda } from '../lambda/lambda';

type Task = (input: unknown) => Promise<unknown>;
/** Throws when the machine may not invoke a function. */
type Permit = (functionArn: string) => void;

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
  private readonly Machine: typeof StateMachine;

  public constructor(private readonly clock: Clock, private readonly lambda: Lambda) {
    supplyWithResolvers();
    this.Machine = clock instanceof VirtualClock ? machineIn(clock) : StateMachine;
  }

  public run(definition: Definition, input: unknown, permit: Permit): Running {
    const handlers = Object.fromEntries(tasks(definition).map(([name, resource]) => [name, this.task(resource, permit)]));
    // the validator refuses scaled seconds, which are fractions, and takes a quarter of a second for each machine
    const machine = new this.Machine(toLibrary(scaleWaiting(definition, this.clock.scale)), { validationOptions: { noValidate: true } });
    const execution = machine.run(toLibrary(input), { overrides: { taskResourceLocalHandlers: toLibrary(handlers) } });
    return {
      abort: () => execution.abort(),
      result: execution.result.catch((error: Error) => {
        // the library wraps what the last state threw
        throw error.cause instanceof Error ? new StateFailure(error.cause.name, error.cause.message) : error;
      }),
    };
  }

  private task(resource: string, permit: Permit): Task {
    if (/^arn:[^:]+:lambda:/.test(resource)) return async input => this.invoke(resource, input, permit);
    if (/:states:::lambda:invoke$/.test(resource)) {
      return async input => {
        const { FunctionName, Payload } = toLibrary<{ FunctionName: string; Payload?: unknown }>(input);
        return { StatusCode: 200, ExecutedVersion: '$LATEST', Payload: await this.invoke(FunctionName, Payload ?? {}, permit) };
      };
    }
    return async () => { throw new StateFailure('States.TaskFailed', `the rehearsal does not know tasks of '${resource}'`); };
  }

  private async invoke(functionArn: string, input: unknown, permit: Permit): Promise<unknown> {
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

/** The library once more, waiting in the time of the clock. */
function machineIn(clock: Clock): typeof StateMachine {
  const modules = new Modules({ globals: timersOf(clock), supply: request => request.startsWith('.') ? undefined : createRequire(library())(request) });
  return toLibrary<{ StateMachine: typeof StateMachine }>(modules.load(library())).StateMachine;
}

function library(): string {
  return createRequire(__filename).resolve('aws-local-stepfunctions');
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
