import type { Drift } from '../operations/contract';

/** A custom resource and its properties. */
export interface RequestedResource {
  /** Type of the custom resource, by which its kind is found. */
  readonly resourceType: string;
  readonly stackId: string;
  readonly logicalId: string;
  /** Identifies the custom resource in the registry as long as it exists; in most cases it is the physical id. */
  readonly ownerId: string;
  /** The properties without those that CloudFormation adds. */
  readonly properties: Readonly<Record<string, unknown>>;
}

/** A request of CloudFormation as the waiter passes it on: without the response URL, which is a secret. */
export interface ResourceRequest extends Omit<RequestedResource, 'resourceType'> {
  /** Absent in requests that an earlier version of the entry function has received. */
  readonly resourceType?: string;
  readonly requestId: string;
  readonly requestType: 'Create' | 'Update' | 'Delete';
  /** The physical id in the response to CloudFormation. */
  readonly physicalId: string;
  /** The properties before an update. */
  readonly oldProperties?: Readonly<Record<string, unknown>>;
  /** The result of the previous step; absent in the first one. */
  readonly step?: { readonly outcome: Outcome };
}

/**
 * A request of the operations function to check a resource, or to repair it. CloudFormation sends no such request, and
 * the entry function accepts none.
 */
export interface ReconcileRequest extends RequestedResource {
  readonly requestId: string;
  readonly requestType: 'Check' | 'Repair';
  /** Id of the request of CloudFormation with the properties. A newer one supersedes this request. */
  readonly basedOn: string;
  /** In milliseconds since 1970. */
  readonly requestedAt: number;
  /** The environment that uses the resource; absent: none. */
  readonly environmentName?: string;
  /** The result of the previous step; absent in the first one. */
  readonly step?: { readonly outcome: Outcome };
}

/** The result of a check. */
export interface CheckResult {
  readonly drifts: readonly Drift[];
  /** Present if nothing was checked, because CloudFormation is changing the resource. */
  readonly isBusy?: true;
}

/** The input of an execution of the waiter. */
export interface WaiterInput<Request = ResourceRequest> {
  /** ARN of the function of the kind. */
  readonly functionArn: string;
  readonly request: Request;
}

/** What a request waits for, and what went wrong meanwhile. */
export interface Wait {
  /** Follows the words 'it waits for'. */
  readonly waitsFor?: string;
  /** When the first step of the request began, in milliseconds since 1970. */
  readonly startedAt: number;
  /** Since when it waits for that, in milliseconds since 1970. */
  readonly since: number;
  /** Number of consecutive steps that ended with a transient error. */
  readonly failures: number;
  /** Name and message of the last transient error during this wait. */
  readonly lastError?: string;
}

/** The result of one step of the function of a kind. */
export type Outcome =
  /** Not complete: the waiter invokes the function again after so many seconds. */
  | { readonly state: 'waiting'; readonly seconds: number; readonly wait: Wait }
  /**
   * Complete; `data` becomes the attributes of the custom resource. `deferred`: why its account could not be reached,
   * so that it was left as it is. `note`: what was kept, or happens later.
   */
  | { readonly state: 'complete'; readonly data: object; readonly deferred?: string; readonly note?: string }
  /** Failed; CloudFormation shows the `reason`. */
  | { readonly state: 'failed'; readonly reason: string };

/** The response to CloudFormation that the waiter passes to the entry function. */
export interface ResponseRequest {
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

/** Property of all custom resources besides their request. Only its change matters, so handlers do not see it. */
export const REGISTRY_PROPERTY = 'registry';
