/** A request of CloudFormation as the waiter carries it: without the address of the answer, which is a secret. */
export interface ResourceRequest {
  readonly requestId: string;
  readonly requestType: 'Create' | 'Update' | 'Delete';
  readonly stackId: string;
  readonly logicalId: string;
  /** The physical id that is answered to CloudFormation. */
  readonly physicalId: string;
  /** Identifies the custom resource in the registry for its whole life; in most cases it is the physical id. */
  readonly ownerId: string;
  /** The properties without those that CloudFormation adds. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** The former properties; only in an Update. */
  readonly oldProperties?: Readonly<Record<string, unknown>>;
}

/** The input of an execution of the waiter. */
export interface WaiterInput {
  /** ARN of the function of the kind. */
  readonly functionArn: string;
  readonly request: ResourceRequest;
}

/** What the function of a kind returns after one look at its resource. */
export type Outcome =
  /** Not complete: the waiter invokes the function again after so many seconds. */
  | { readonly state: 'waiting'; readonly seconds: number }
  /** Complete; `data` becomes the attributes of the custom resource. */
  | { readonly state: 'complete'; readonly data: object }
  /** Failed for good; `reason` is shown by CloudFormation. */
  | { readonly state: 'failed'; readonly reason: string };

/** What the waiter asks the entry function to answer to CloudFormation. */
export interface AnswerRequest {
  readonly request: ResourceRequest;
  readonly outcome?: Outcome;
  /** The error of a function that crashed, as Step Functions reports it. */
  readonly crash?: { readonly Error?: string; readonly Cause?: string };
}

/** Environment variables of the entry function. */
export const ENTRY_ENVIRONMENT = {
  WAITER_ARN: 'WAITER_ARN',
  /** JSON: resource type → ARN of the function of its kind. */
  FUNCTIONS: 'FUNCTIONS',
} as const;
