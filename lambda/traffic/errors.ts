import { isAccessDenied, isNamed, isPermanentAwsError } from '../shared/errors';

/** What calls of AWS are about, for their errors. */
export interface Subject {
  /** For example `parameter '/shop/active'`. */
  readonly what: string;
  /** Names of the errors for one that does not exist. */
  readonly missing: readonly string[];
  /** What to do if it does not exist. */
  readonly advice: string;
  /** Role that makes the calls. */
  readonly roleArn: string;
}

/** Describes permanent errors of AWS; transient ones, and those that are not of AWS, are thrown unchanged. */
export async function inWords<Result>(subject: Subject, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    throw isPermanentAwsError(error) ? described(error, subject) : error;
  }
}

function described(error: Error, { what, missing, advice, roleArn }: Subject): Error {
  const { name, message } = error;
  if (isNamed(error, ...missing)) return new Error(`${what} does not exist: ${advice}`, { cause: error });
  if (isAccessDenied(error)) {
    return new Error(
      `the role '${roleArn}' was denied access to ${what}: ${message}: remove what denies it (a service control `
        + 'policy, a permissions boundary, missing permissions of the role), then try again',
      { cause: error },
    );
  }
  return new Error(
    `${what} could not be used to divide the traffic: ${name}: ${message}: remove the cause, then try again`,
    { cause: error },
  );
}
