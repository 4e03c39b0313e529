/** A setting of an account that CloudFormation has no type for. */
export interface Setting {
  /** What differs if it is not set, for example `public access to buckets is not blocked`. */
  readonly problem: string;
  isSet(): Promise<boolean>;
  /** Why it cannot be set until a person has acted. @default - it can always be set */
  obstacle?(): Promise<string | undefined>;
  /** Sets it, however often it is called. Returns why it is left as it is, if so. */
  set(): Promise<string | void>;
}
