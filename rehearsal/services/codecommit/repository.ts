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
  /** The folder of a repository that is kept by git. */
  readonly path?: string;
  /** It was there before any template asked for it, so that the first template that does takes it over. */
  readonly isSeed: boolean;
}
