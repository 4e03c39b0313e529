import type { Registry } from '../../registry/registry';
import type { Connections } from '../../sources/connections';
import type { Hosts } from '../../sources/hosts';
import type { Organization } from '../aws';

/** Where preconditions are checked. */
export interface PreconditionSources {
  readonly organization: Pick<Organization, 'accountLimit' | 'listAccounts' | 'root' | 'unitsBelow'>;
  readonly hosts: Hosts<'branches' | 'head' | 'resolve'>;
  /** Absent: connections are not checked. */
  readonly connections?: Connections;
  readonly cicdAccount: string;
  readonly registry: Pick<Registry, 'read' | 'write'>;
  readonly now: () => number;
}

/** The result of the checks. */
export interface Findings {
  /** Everything that would make the deployment fail. */
  readonly problems: readonly string[];
  /** Whether a permission was missing, so that a later check may have another result. */
  readonly refused: boolean;
}
