/** A stack in an account. */
export interface StackRequest {
  readonly accountId: string;
  readonly region: string;
  readonly stackName: string;
  /** Qualifier of the CDK bootstrap in the account. */
  readonly qualifier: string;
  /** Bucket of the template in the CICD account. */
  readonly templateBucket: string;
  readonly templateKey: string;
  readonly parameters: { readonly [name: string]: string };
  /**
   * What can never change, by the words of the user, because a change would replace what has data; absent: nothing.
   */
  readonly fixed?: { readonly [name: string]: string };
  readonly tags: { readonly [key: string]: string };
}

/** Images that are copied to the repository of the CDK bootstrap in the account. */
export interface ImagesRequest {
  /** Name of their repository in the CICD account. */
  readonly repository: string;
  readonly tags: readonly string[];
}

/** What `AccountStack` requests of its handler. */
export interface AccountStackRequest extends StackRequest {
  /** Names of the outputs that are returned; the response of a custom resource has at most 4096 bytes. */
  readonly outputs: readonly string[];
  /** Whether the app reads the id of the stack; absent: no. */
  readonly stackIdIsRead?: 'yes';
  /** Keys of the files in the template's bucket that are copied to the bucket of the account; absent: none. */
  readonly files?: readonly string[];
  /** Absent: none. */
  readonly images?: ImagesRequest;
}

/** `stackId`, and `Outputs.<name>` for each output. */
export interface AccountStackResult {
  readonly stackId: string;
  readonly [output: `Outputs.${string}`]: string;
}
