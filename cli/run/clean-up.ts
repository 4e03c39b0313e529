const EXIT_STATUS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

type Step = () => Promise<void> | void;

/** What must be taken away at the end, however the end comes. */
export class CleanUp {
  private readonly steps = new Set<Step>();

  /** Answers the way to take the step back. */
  public add(step: Step): () => void {
    this.steps.add(step);
    return () => this.steps.delete(step);
  }

  /** The last step first. */
  public async run(): Promise<void> {
    const steps = [...this.steps].reverse();
    this.steps.clear();
    for (const step of steps) await step();
  }
}

/** Does the work and cleans up after it, on a signal too. */
export async function cleaningUp<Result>(work: (cleanUp: CleanUp) => Promise<Result>): Promise<Result> {
  const cleanUp = new CleanUp();
  let interrupted = false;
  const listeners = Object.entries(EXIT_STATUS).map(([signal, status]) => [signal, (): void => {
    // whoever is impatient sends it twice: then nothing is waited for
    if (interrupted) process.exit(status);
    interrupted = true;
    void cleanUp.run().finally(() => process.exit(status));
  }] as const);
  for (const [signal, listener] of listeners) process.on(signal, listener);
  try {
    return await work(cleanUp);
  } catch (error) {
    // what was interrupted fails, of course: nobody wants to read about it
    if (interrupted) await new Promise(() => {});
    throw error;
  } finally {
    await cleanUp.run();
    for (const [signal, listener] of listeners) process.off(signal, listener);
  }
}
