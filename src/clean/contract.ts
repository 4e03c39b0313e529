/** What the state machine that cleans accounts receives. */
export interface CleanMachineInput {
  /** Identifies the clean: the same id continues it. */
  readonly cleanId: string;
  readonly accountId: string;
  /** Region of the baseline of the account. */
  readonly region: string;
  /** Fence of the lease that has ended. */
  readonly fence: number;
  /** Start of the lease, in milliseconds since 1970. */
  readonly leasedAt: number;
  /** Whether all types are listed in all regions. */
  readonly full?: boolean;
  /** Seconds until the second look; 0: there is none. */
  readonly secondLookSeconds?: number;
  /** Seconds after which the account is quarantined with what is left. */
  readonly maxSeconds?: number;
  /** What carries a tag with this key is not deleted. */
  readonly protectingTag?: string;
  /** What the user spares: patterns of types and ids, and why. */
  readonly spare?: readonly { readonly type: string; readonly id: string; readonly why: string }[];
  /** Functions of the user that list and delete further types. */
  readonly cleaners?: readonly CleanerFunction[];
}

/** A function of the user in the CICD account that lists and deletes resources of some types. */
export interface CleanerFunction {
  readonly functionArn: string;
  /** Names of types, for example `Example::Data::Lake`. */
  readonly types: readonly string[];
}

/** The event of a `CleanerFunction`. */
export type CleanerFunctionEvent = {
  readonly accountId: string;
  readonly region: string;
  readonly type: string;
} & (
  /** The response is `{ resources: [{ id, tags }] }`. */
  | { readonly action: 'list' }
  /** The response is `{ state: 'deleted' | 'running' }`, or `{ state: 'failed', code, message, until }`. */
  | { readonly action: 'delete'; readonly id: string }
);

/** A second look that finds something is repeated once after the same time. */
export const MAX_SECOND_LOOKS = 2;

/** Values of the input that are absent. */
export const CLEAN_DEFAULTS = {
  // a whole day ends between the looks, and Cost Explorer has the costs of whole days
  secondLookSeconds: 48 * 3600,
  maxSeconds: 48 * 3600,
  protectingTag: 'org-environments:protect',
} as const;
