import type { CleanUp } from '../clean-up';

/**
 * Rejects if a Lambda function that runs in this process leaves an error uncaught. On AWS this ends only the function;
 * here it would end the rehearsal.
 */
export async function rejectUncaughtErrors(cleanUp: CleanUp): Promise<never> {
  return new Promise((_resolve, reject) => {
    const listener = (error: unknown): void => {
      const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      reject(new Error(
        `a Lambda function left an error uncaught: ${message}; with --scale 60 each function runs in its own process, `
        + 'and only the function fails, as on AWS',
      ));
    };
    for (const event of ['uncaughtException', 'unhandledRejection']) {
      process.on(event, listener);
      cleanUp.add(() => { process.off(event, listener); });
    }
  });
}
