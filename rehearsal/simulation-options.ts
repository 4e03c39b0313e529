import type { InProcess } from './core/service';
import type { VirtualClockOptions } from './core/virtual-clock';
import type { ConnectionStatus } from './services/codeconnections/service';

/** Ids of the accounts that a bootstrap trusts, or that there is none. */
export type Bootstrap = readonly string[] | 'none';

export interface SimulationOptions {
  readonly managementAccountId: string;
  /** Simulated seconds per real second. @default 60 */
  readonly scale?: number;
  readonly organizationId?: string;
  /** Paths of organizational units that exist at the start, for example `Workloads/Test`. */
  readonly organizationalUnits?: readonly string[];
  /** Invited accounts that exist at the start; `roleName` is a role in them that trusts the management account. */
  readonly accounts?: readonly { readonly accountId: string; readonly roleName?: string }[];
  /**
   * Repositories that exist at the start: folder or git repository by name. A name like `github:owner/name` is one
   * outside of AWS, others are of CodeCommit.
   */
  readonly repositories?: Readonly<Record<string, string>>;
  /** Account and region of the repositories. @default - those of the first stack outside the management account */
  readonly repositoryPlace?: { readonly accountId: string; readonly region: string };
  /** Values of secrets by name. @default - every secret exists, with a token that hosts of repositories accept */
  readonly secrets?: Readonly<Record<string, string>>;
  /** States of connections by ARN. @default - every connection exists and is available */
  readonly connections?: Readonly<Record<string, ConnectionStatus>>;
  /** Whether RAM may share resources with accounts of the organization. @default true */
  readonly sharing?: boolean;
  /** Quota of accounts in the organization. */
  readonly accountLimit?: number;
  /** Simulated seconds that the creation of an account takes. */
  readonly creationSeconds?: number;
  /** Whether policies are enforced; if not, every caller may do everything in its account. @default true */
  readonly enforce?: boolean;
  /** Whether builds run their commands; if not, each succeeds after a while with empty artifacts. */
  readonly builds?: boolean;
  /** Simulated seconds until the access role of a created account can be assumed. */
  readonly readySeconds?: number;
  /** Simulated seconds until a role of a stack can be assumed. @default 0 */
  readonly roleSeconds?: number;
  /** The partition of all accounts; `partitionOfRegion` returns that of a region. @default 'aws' */
  readonly partition?: string;
  /**
   * Runs functions in this process in virtual time: waiting takes no real time, simulated time does not depend on the
   * speed of the machine, and the same random numbers give the same run.
   */
  readonly virtual?: InProcess & VirtualClockOptions;
  /** Runs functions in this process in scaled time. @default - in separate processes */
  readonly inProcess?: InProcess;
  /**
   * The accounts that each account trusts in its bootstrap, by account id; `none`: it is not bootstrapped.
   * @default - each account of an app is bootstrapped, and trusts no other
   */
  readonly bootstraps?: Readonly<Record<string, Bootstrap>>;
  /**
   * Resource types whose existence and properties CloudFormation does not check, for example because they are newer
   * than the table of types.
   */
  readonly uncheckedTypes?: readonly string[];
  /** Folder for SDK clients that AWS's runtime provides and the rehearsal does not. @default - current folder */
  readonly modules?: string;
}
