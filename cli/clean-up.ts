const EXIT_STATUS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

type Step = () => Promise<void> | void;

/** Steps to run when the work ends, succeeds or not. */
export class CleanUp {
  private readonly steps = new Set<Step>();

  /** Adds a step. Returns a function that removes it. */
  public add(step: Step): () => void {
    this.steps.add(step);
    return () => this.steps.delete(step);
  }

  /** Runs the steps in reverse order. */
  public async run(): Promise<void> {
    const steps = [...this.steps].reverse();
    this.steps.clear();
    for (const step of steps) await step();
  }
}

/** Does the work and cleans up after it, also when the process is interrupted by a signal. */
export async function withCleanUp<Result>(work: (cleanUp: CleanUp) => Promise<Result>): Promise<Result> {
  const cleanUp = new CleanUp();
  let interrupted = false;
  const listeners = Object.entries(EXIT_STATUS).map(([signal, status]) => [signal, (): void => {
    // a second signal skips the cleanup
    if (interrupted) process.exit(status);
    interrupted = true;
    process.stderr.write(`received ${signal}: cleaning up; a second signal ends the program immediately\n`);
    void cleanUp.run().finally(() => process.exit(status));
  }] as const);
  for (const [signal, listener] of listeners) process.on(signal, listener);
  try {
    return await work(cleanUp);
  } catch (error) {
    // interrupted work fails; its error would only hide the signal
    if (interrupted) await new Promise(() => {});
    throw error;
  } finally {
    await cleanUp.run();
    for (const [signal, listener] of listeners) process.off(signal, listener);
  }
}
