import type { EventBus } from './events';
import type { ServiceRoles } from '../iam/service-roles';
import type { ArtifactStore } from '../s3/artifacts';
import type { Ssm } from '../ssm/service';

/** What builds use of the simulated AWS and of this machine. */
export interface BuildParts {
  readonly artifacts: ArtifactStore;
  readonly roles: ServiceRoles;
  readonly events: EventBus;
  readonly ssm: Ssm;
  /** Whether builds run their commands; if not, each succeeds after a while with empty artifacts. */
  readonly runs: boolean;
  /** Folder that contains the folders of the builds. */
  readonly temporary: string;
  /** Folder with commands that override those of this machine. */
  readonly tools: string;
}
