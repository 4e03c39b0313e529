import type { FunctionFailure, Invocation } from './runtime-protocol';

export type Handler = (
  event: unknown,
  context: unknown,
  callback?: (error: unknown, result: unknown) => void,
) => unknown;

export function isHandler(value: unknown): value is Handler {
  return typeof value === 'function';
}

/** Calls a handler that returns a promise or takes a callback. */
export async function callHandler(target: Handler, event: unknown, context: unknown): Promise<unknown> {
  if (target.length < 3) return target(event, context);
  return new Promise((resolve, reject) => {
    target(event, context, (error, result) => error ? reject(error) : resolve(result));
  });
}

/** The context object of an invocation. */
export function contextOf(
  { requestId, functionArn }: Pick<Invocation, 'requestId' | 'functionArn'>,
  variables: Readonly<Record<string, string | undefined>>,
  remaining: () => number,
): Record<string, unknown> {
  return {
    awsRequestId: requestId,
    functionName: variables.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: '$LATEST',
    invokedFunctionArn: functionArn,
    memoryLimitInMB: variables.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: variables.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: variables.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: remaining,
  };
}

/** Converts an error to the format of Lambda. */
export function describeError(error: unknown): FunctionFailure {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return {
    errorType: error.name || error.constructor.name,
    errorMessage: error.message,
    trace: (error.stack ?? '').split('\n'),
  };
}

/** What a function waits for that has ended, because nothing answers it. */
export async function never(): Promise<never> {
  return new Promise(() => undefined);
}

export function exitFailure(requestId: string, how: string): FunctionFailure {
  return {
    errorType: 'Runtime.ExitError',
    errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: ${how}`,
  };
}

export function timeoutFailure(at: number, requestId: string, seconds: number): FunctionFailure {
  return {
    errorType: 'Sandbox.Timedout',
    errorMessage: `${new Date(at).toISOString()} ${requestId} Task timed out after ${seconds.toFixed(2)} seconds`,
  };
}
