import { InvalidArgumentError } from 'commander';
import type { OptionTable, OptionValues } from './option-table';

/** The options of `change-account-email`. */
export const ACCOUNT_EMAIL_OPTIONS = {
  email: {
    argument: '<address>', isRequired: true, description: 'new address of the root user', parse: parseAddress,
  },
  code: { argument: '<code>', description: 'the code that AWS has sent to the new address', parse: parseCode },
} satisfies OptionTable;

export type AccountEmailOptions = OptionValues<typeof ACCOUNT_EMAIL_OPTIONS>;

function parseAddress(value: string): string {
  if (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value) && value.length <= 64) return value;
  throw new InvalidArgumentError('must be an e-mail address of at most 64 characters');
}

function parseCode(value: string): string {
  if (/^[A-Za-z0-9]{6}$/.test(value)) return value;
  throw new InvalidArgumentError('must be the six letters or digits of the e-mail from AWS');
}
