import type { RepositoryReference } from '../sources/contract';

/** What `AccountStack` asks of its handler. */
export interface AccountStackRequest {
  readonly accountId: string;
  readonly region: string;
  readonly stackName: string;
  /** Qualifier of the CDK bootstrap in the account. */
  readonly qualifier: string;
  /** Where the template lies in the CICD account. */
  readonly templateBucket: string;
  readonly templateKey: string;
  /** Keys of the files in the template's bucket that are copied to the bucket of the account; absent: none. */
  readonly files?: readonly string[];
  /** Absent: none. */
  readonly images?: ImagesRequest;
  readonly parameters: { readonly [name: string]: string };
  readonly tags: { readonly [key: string]: string };
  /** Names of the outputs that are read back; a custom resource may answer with 4096 bytes at most. */
  readonly outputs: readonly string[];
  /** Makes this stack the one pipeline of its account; absent: any number of stacks may live in an account. */
  readonly lease?: LeaseRequest;
}

/** Images that are copied to the repository of the account. */
export interface ImagesRequest {
  /** Name of their repository in the CICD account. */
  readonly repository: string;
  readonly tags: readonly string[];
}

/** The claim of a pipeline on its account, and what must be known to start it, to halt it and to take it away. */
export interface LeaseRequest extends RepositoryReference {
  readonly environmentName: string;
  readonly branchName: string;
  readonly pipelineName: string;
  /** Name of the stage after Source: while the pipeline is frozen, the way into it is closed. */
  readonly gate: string;
  /** Whether commits go through, by the definition of the environment. */
  readonly state: 'enabled' | 'frozen';
  /** What becomes of the stacks that the pipeline has deployed, when the environment is removed. */
  readonly applications: 'delete' | 'keep';
}

/** `stackId`, and `Outputs.<name>` for each output. */
export interface AccountStackResult {
  readonly stackId: string;
  readonly [output: `Outputs.${string}`]: string;
}
