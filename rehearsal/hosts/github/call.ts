import type { Repository } from '../../services/codecommit/repository';
import type { HostRequest } from '../host';

/** A request for one repository. */
export interface GitHubCall extends HostRequest {
  readonly repository: Repository;
  readonly fullName: string;
  /** The variable end of the path. */
  readonly parameter: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Moves a branch. Returns false if it is not at the commit. */
  readonly move: (branch: string, from: string | undefined, to: string) => Promise<boolean>;
}
