import type { EventBus } from './events';
import type { ServiceRoles } from '../iam/service-roles';
import type { ArtifactStore } from '../s3/artifacts';
import type { Ssm } from '../ssm/service';

/** What builds have of the simulated AWS and of this machine. */
export interface BuildParts {
  readonly artifacts: ArtifactStore;
  readonly roles: ServiceRoles;
  readonly events: EventBus;
  readonly ssm: Ssm;
  /** Whether builds run their commands; without that each succeeds after a while and hands nothing on. */
  readonly runs: boolean;
  /** Folder for the folders of builds. */
  readonly temporary: string;
  /** Folder of the commands that stand before those of this machine. */
  readonly tools: string;
}
