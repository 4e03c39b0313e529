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
  readonly parameters: { readonly [name: string]: string };
  readonly tags: { readonly [key: string]: string };
  /** Names of the outputs that are read back; a custom resource may answer with 4096 bytes at most. */
  readonly outputs: readonly string[];
  /** Makes this stack the one pipeline of its account; absent: any number of stacks may live in an account. */
  readonly lease?: LeaseRequest;
}

/** The claim of a pipeline on its account, and what the trigger must know to start it. */
export interface LeaseRequest {
  readonly environmentName: string;
  readonly repositoryArn: string;
  readonly branchName: string;
  readonly pipelineName: string;
}

/** `stackId`, and `Outputs.<name>` for each output. */
export interface AccountStackResult {
  readonly stackId: string;
  readonly [output: `Outputs.${string}`]: string;
}
