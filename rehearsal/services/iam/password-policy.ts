import * as v from 'valibot';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Operation } from '../../core/service';

const number = (least: number, most: number) =>
  v.optional(v.pipe(v.union([v.string(), v.number()]), v.transform(Number), v.minValue(least), v.maxValue(most)));
const flag = v.optional(v.picklist(['true', 'false']), 'false');
const PolicyInput = v.object({
  MinimumPasswordLength: v.optional(number(6, 128), 6),
  RequireSymbols: flag,
  RequireNumbers: flag,
  RequireUppercaseCharacters: flag,
  RequireLowercaseCharacters: flag,
  AllowUsersToChangePassword: flag,
  MaxPasswordAge: number(1, 1095),
  PasswordReusePrevention: number(1, 24),
});

/** The password policies of accounts. What an update does not give gets its default. */
export function passwordPolicies(): Record<string, Operation> {
  const policies = new Map<string, v.InferOutput<typeof PolicyInput>>();
  return {
    GetAccountPasswordPolicy: async ({ caller: { accountId } }) => {
      const policy = policies.get(accountId);
      if (!policy) {
        const message = `The Password Policy with domain name ${accountId} cannot be found.`;
        throw new AwsError('NoSuchEntity', message, 404);
      }
      return { PasswordPolicy: { ...policy, ExpirePasswords: policy.MaxPasswordAge !== undefined } };
    },
    UpdateAccountPasswordPolicy: async call => {
      policies.set(call.caller.accountId, read(PolicyInput, call.input));
    },
  };
}
