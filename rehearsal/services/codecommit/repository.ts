import type { Content } from './content';

export interface Repository {
  readonly repositoryId: string;
  readonly name: string;
  readonly arn: string;
  readonly accountId: string;
  readonly region: string;
  readonly description: string;
  readonly createdAt: number;
  readonly git: Content;
  /** Folder of a repository on disk. */
  readonly path?: string;
  /** Whether it existed before the first deployment, so that the first template that declares it adopts it. */
  readonly isSeed: boolean;
}
