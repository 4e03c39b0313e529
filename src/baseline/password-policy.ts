import type { Construct } from 'constructs';
import type { PasswordPolicyRequest } from './contract';
import { fail } from '../private/validate';

/**
 * Rules for the passwords of IAM users.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccountPasswordPolicy.html
 */
export interface PasswordPolicy {
  /**
   * Minimum number of characters: 6 to 128.
   *
   * @default 14
   */
  readonly minimumLength?: number;

  /**
   * Whether a password needs upper-case and lower-case letters, digits and symbols.
   *
   * @default true
   */
  readonly requireAllCharacters?: boolean;

  /**
   * Number of days after which a password must be changed: 1 to 1095.
   *
   * @default - passwords do not expire
   */
  readonly maxAgeDays?: number;

  /**
   * Number of former passwords that cannot be used again: 1 to 24.
   *
   * @default 24
   */
  readonly reusePrevention?: number;
}

/** The policy as the account provider receives it. @throws if IAM would reject it */
export function checkedPasswordPolicy(scope: Construct, policy: PasswordPolicy): PasswordPolicyRequest {
  const { minimumLength = 14, requireAllCharacters = true, maxAgeDays, reusePrevention = 24 } = policy;
  checkNumber(scope, 'minimumLength', minimumLength, 6, 128);
  checkNumber(scope, 'reusePrevention', reusePrevention, 1, 24);
  if (maxAgeDays !== undefined) checkNumber(scope, 'maxAgeDays', maxAgeDays, 1, 1095);
  return {
    minimumLength: String(minimumLength),
    requireCharacters: requireAllCharacters ? 'all' : 'any',
    reusePrevention: String(reusePrevention),
    ...maxAgeDays !== undefined && { maxAgeDays: String(maxAgeDays) },
  };
}

function checkNumber(scope: Construct, name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  fail(scope, `the '${name}' of the passwordPolicy must be a whole number from ${least} to ${most}, got ${value}`);
}
