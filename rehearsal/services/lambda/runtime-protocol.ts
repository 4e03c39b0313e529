/** Messages between the simulation and the process of a function. */

/** Host for responses of custom resources; `.invalid` never resolves. */
export const RESPONSE_HOST = 'cloudformation-custom-resource-response.rehearsal.invalid';

/** By increasing severity. */
export const LOG_LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;
export type LogLevel = typeof LOG_LEVELS[number];

export interface RuntimeOptions {
  readonly taskRoot: string;
  readonly handler: string;
  /** Port of the simulated AWS on the loopback interface. */
  readonly port: number;
  readonly clock: { readonly startedAt: number; readonly scale: number };
  /** Folder of the SDK clients that the runtime brings. */
  readonly sdk: string;
  /** Folder from which further SDK clients are resolved. */
  readonly modules: string;
  /** Hosts outside of AWS that are simulated. */
  readonly hosts: readonly string[];
  /** Lower levels are not logged. */
  readonly logLevel: LogLevel;
}

export interface Invocation {
  readonly requestId: string;
  readonly functionArn: string;
  readonly payload: string;
  /** Real time, in milliseconds since 1970, at which the process is killed. */
  readonly endsAt: number;
}

export interface FunctionFailure {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: string[];
}

export interface Outcome {
  readonly payload?: string;
  readonly error?: FunctionFailure;
}

/** One execution environment, which handles one invocation at a time. */
export interface Execution {
  readonly alive: boolean;
  invoke(invocation: Omit<Invocation, 'endsAt'>, timeoutSeconds: number): Promise<Outcome>;
  kill(): void;
}
