import { RECORDS } from '../../src/registry/contract';

/** The pipeline that a branch starts. */
export interface RouteTarget {
  /** Key of the record of the pipeline. */
  readonly pipelineKey: string;
  /** Stack in the CICD account that declares it. */
  readonly stackId: string;
  readonly environmentName: string;
  readonly accountId: string;
  readonly region: string;
  readonly pipelineName: string;
}

/**
 * What a push to a branch starts: the last one of its pipelines, and releases. There are two pipelines while one moves,
 * so that the former one is the last again when the move is rolled back.
 */
export interface RouteRecord {
  readonly targets: readonly RouteTarget[];
  /** Names of blue/green environments that release each commit of the branch. */
  readonly releasedBy?: readonly string[];
}

export function routeKey(repositoryArn: string, branchName: string): string {
  return `${RECORDS.route}${repositoryArn}#${branchName}`;
}
