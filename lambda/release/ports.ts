import type { SideName } from '../../src/blue-green/contract';
import type { HealthRequest, HookRequest, SingletonRequest } from '../../src/blue-green/release/contract';
import type { History } from '../history/history';
import type { PipelineControl } from '../pipeline-control/control';
import type { EnvironmentPipeline } from '../registry/environment';
import type { Registry } from '../registry/registry';
import type { ReleaseMachine } from '../shared/release-machine';
import type { SourceHost } from '../sources/source';
import type { Shares, TrafficReading } from '../traffic/traffic';

/** A side of an environment, in its account. */
export interface Side {
  readonly name: SideName;
  readonly pipeline: EnvironmentPipeline;
}

/** What a check has found. `problem` says what is wrong, in the words of the user. */
export type Health = { readonly isGood: true } | { readonly isGood: false; readonly problem: string };

/** The calls of a release in the accounts of its sides. */
export interface SideAccess {
  health(side: Side, request: HealthRequest): Promise<Health>;
  /** The names of those of the alarms that are not in the state OK, or do not exist. */
  firing(side: Side, alarms: readonly string[]): Promise<readonly string[]>;
  stateOf(side: Side, singleton: SingletonRequest): Promise<SingletonState>;
  turn(side: Side, singleton: SingletonRequest, state: 'on' | 'off'): Promise<void>;
}

/** `missing`: the application does not define it. */
export type SingletonState = 'on' | 'off' | 'missing';

export type HookState =
  | { readonly state: 'running' | 'succeeded' }
  | { readonly state: 'failed'; readonly why: string };

export interface Hooks {
  /** Starts a hook; the same token starts it once. Returns what identifies the run. */
  start(hook: HookRequest, token: string, event: object): Promise<string>;
  state(hook: HookRequest, run: string): Promise<HookState>;
}

/** The traffic of one environment: `Traffic` with the endpoints of its sides. */
export interface TrafficSwitch {
  /** Whether traffic can be sent to a side: its application has defined where it is reached. */
  hasEndpoint(side: SideName): Promise<boolean>;
  read(changeId?: string): Promise<TrafficReading>;
  write(shares: Shares, fence: number): Promise<string | undefined>;
  /** As `write`, but also replaces what someone else has changed. */
  replace(shares: Shares, fence: number): Promise<string | undefined>;
}

export interface ReleaseParts {
  readonly registry: Registry;
  readonly source: Pick<SourceHost, 'merge' | 'contains'>;
  readonly control: PipelineControl;
  readonly traffic: TrafficSwitch;
  readonly sides: SideAccess;
  readonly hooks: Hooks;
  readonly history: History;
  readonly machine: Pick<ReleaseMachine, 'start'>;
  readonly now: () => number;
  readonly newId: () => string;
}
