import type { Duration } from 'aws-cdk-lib';
import type { HealthCheck } from './health-check';
import type { ReleaseHook } from './release-hook';
import type { Shift } from './shift';
import type { Side } from './side';
import type { Singleton } from './singleton';
import type { Traffic } from './traffic';
import type { IAccount } from '../account/account-interface';
import type { IOrganization } from '../organization/organization-interface';
import type { PipelineOptions } from '../pipeline/pipeline';
import type { Source } from '../sources/source';

/** A side of a blue/green environment. */
export interface BlueGreenSideOptions {
  /** The account of the side: a vended one (`new Account`), or one that exists (`Account.fromAccountId`). */
  readonly account: IAccount;

  /**
   * Name of the branch of the side. Give the branch of an environment that becomes this side.
   *
   * @default - `env/<environment name>-<side>`, for example `env/prod-blue`
   */
  readonly branchName?: string;
}

/** Options of the releases of a blue/green environment. */
export interface ReleaseOptions {
  /**
   * How the traffic shifts to the released side.
   *
   * @default Shift.allAtOnce()
   */
  readonly shift?: Shift;

  /**
   * What shows that a side can serve. All of them must be good before the side gets traffic.
   *
   * @default - a side is healthy when its pipeline has deployed the commit
   */
  readonly healthChecks?: HealthCheck[];

  /**
   * Maximum time until the side is healthy: 1 minute to 12 hours.
   *
   * @default Duration.minutes(15)
   */
  readonly healthTimeout?: Duration;

  /**
   * Names of alarms in the accounts of both sides, at most 100. While the traffic shifts and until the release is
   * complete, each must be in the state OK; otherwise the traffic returns.
   *
   * @default - no alarms are watched
   */
  readonly alarmNames?: string[];

  /**
   * Time with all traffic on the released side until the release is complete: 0 to 24 hours. The maximum times of
   * deployment and health, the shift and the bake time may take 24 hours together.
   *
   * @default - 10 minutes if alarms are watched, otherwise 0
   */
  readonly bakeTime?: Duration;

  /**
   * Maximum time until the pipeline of the side has deployed the commit: 5 minutes to 12 hours.
   *
   * @default Duration.hours(4)
   */
  readonly deployTimeout?: Duration;

  /**
   * Whether a person must approve the release before traffic shifts (`org-environments approve <environment>`).
   *
   * @default false
   */
  readonly approval?: boolean;

  /**
   * Maximum time until a person approves: 5 minutes to 7 days. It requires `approval: true`.
   *
   * @default Duration.days(1)
   */
  readonly approvalTimeout?: Duration;

  /**
   * What runs before the traffic shifts.
   *
   * @default - nothing
   */
  readonly beforeShift?: ReleaseHook;

  /**
   * What runs when all traffic is on the released side and the bake time is over.
   *
   * @default - nothing
   */
  readonly afterShift?: ReleaseHook;

  /**
   * What must run on the active side only, at most 20.
   *
   * @default - everything may run on both sides
   */
  readonly singletons?: Singleton[];
}

/** Properties of `BlueGreenEnvironment`. */
export interface BlueGreenEnvironmentProps extends ReleaseOptions {
  /** The organization of the environment. */
  readonly organization: IOrganization;

  /**
   * Name of the environment: 1 to 32 letters, digits and hyphens, beginning with a letter. Give the name of an
   * environment that becomes a side of this one.
   *
   * @default - the id of the construct
   */
  readonly environmentName?: string;

  /** Repository of the branches. */
  readonly source: Source;

  /**
   * Name of the branch from whose head the branches of both sides are created.
   *
   * @default 'main'
   */
  readonly parentBranchName?: string;

  /**
   * Whether each commit that arrives on the parent branch is released. A commit that arrives during a release is
   * released after it; of several, only the last one. A commit whose release has failed is not released again. A halted
   * environment releases nothing.
   *
   * @default false - people release, with `org-environments release <environment> --to <commit>`
   */
  readonly autoRelease?: boolean;

  /** The side blue. */
  readonly blue: BlueGreenSideOptions;

  /** The side green. */
  readonly green: BlueGreenSideOptions;

  /**
   * The side that serves until the first release. Later releases decide, and this property has no effect.
   *
   * @default Side.BLUE
   */
  readonly firstSide?: Side;

  /** What divides the traffic between the sides. */
  readonly traffic: Traffic;

  /**
   * Options of the pipelines of both sides.
   *
   * @default - the pipelines deploy without approval
   */
  readonly pipeline?: PipelineOptions;
}
