import * as v from 'valibot';
import { read } from '../../../core/protocol/read';
import { AwsError } from '../../../core/service';
import type { Call, Operation } from '../../../core/service';
import type { Organizations, SimulatedAccount } from '../../organizations/service';

const StartInput = v.object({
  AccountId: v.string(),
  PrimaryEmail: v.pipe(v.string(), v.minLength(5), v.maxLength(64)),
});
const AcceptInput = v.object({
  ...StartInput.entries,
  Otp: v.pipe(v.string(), v.regex(/^[a-zA-Z0-9]{6}$/)),
});

/** The changes of e-mail addresses of root users that were started: address and one-time code by account. */
export type EmailChanges = Map<string, { readonly email: string; readonly code: string }>;

/** API operations for the e-mail address of the root user, which the management account changes for a member. */
export function emailOperations(
  organizations: Organizations,
  target: (call: Call) => SimulatedAccount,
  changes: EmailChanges,
): Record<string, Operation> {
  let last = 100_000;
  return {
    StartPrimaryEmailUpdate: async call => {
      const { PrimaryEmail: email } = read(StartInput, call.input);
      const { accountId } = target(call);
      if (organizations.creation.isEmailTaken(email)) {
        throw new AwsError('ConflictException', `the email address ${email} is already in use`, 409);
      }
      changes.set(accountId, { email, code: String(++last) });
      return { Status: 'PENDING' };
    },
    AcceptPrimaryEmailUpdate: async call => {
      const { PrimaryEmail: email, Otp: code } = read(AcceptInput, call.input);
      const account = target(call);
      const change = changes.get(account.accountId);
      if (change?.email !== email) {
        throw new AwsError('ResourceNotFoundException', 'there is no update of the primary email in progress', 404);
      }
      if (change.code !== code) throw new AwsError('ValidationException', 'the one-time password is not valid');
      changes.delete(account.accountId);
      organizations.creation.reserveEmail(email);
      organizations.creation.releaseEmail(account.email);
      organizations.tree.putAccount({ ...account, email });
      return { Status: 'ACCEPTED' };
    },
  };
}
