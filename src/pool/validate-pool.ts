import { Duration, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { AccountPoolProps } from './account-pool-props';
import { SLOT_PLACEHOLDER } from './contract';
import { CLEAN_DEFAULTS } from '../clean/contract';
import { fail, validate } from '../private/validate';

const MAX_ACCOUNTS = 1000;
const POOL_NAME = /^[A-Za-z][A-Za-z0-9-]{0,31}$/;

/** @throws if a name is malformed */
export function checkedPoolName(scope: Construct, name: string): string {
  if (Token.isUnresolved(name) || POOL_NAME.test(name)) return name;
  return fail(scope, 'the name of an account pool must be 1 to 32 letters, digits and hyphens, beginning with a '
    + `letter, got '${name}'`);
}

/** @throws if the numbers do not fit together */
export function checkedSize(scope: Construct, { minimum = 0, maximum }: AccountPoolProps) {
  if (!Number.isInteger(maximum) || maximum < 1 || maximum > MAX_ACCOUNTS) {
    fail(scope, `the 'maximum' of an account pool must be a number from 1 to ${MAX_ACCOUNTS}, got ${maximum}`);
  }
  if (!Number.isInteger(minimum) || minimum < 0 || minimum > maximum) {
    fail(scope, `the 'minimum' of an account pool must be a number from 0 to its 'maximum' (${maximum}), got `
      + `${minimum}`);
  }
  return { minimum: String(minimum), maximum: String(maximum) };
}

export function forSlot(template: string, slot: number): string {
  return template.replaceAll(SLOT_PLACEHOLDER, String(slot));
}

/** @throws if the accounts of the pool would have the same e-mail, or an invalid one */
export function checkedTemplates(scope: Construct, props: AccountPoolProps) {
  const { email, poolName, maximum, accountName = `${poolName}-${SLOT_PLACEHOLDER}` } = props;
  for (const [name, template] of Object.entries({ email, accountName })) {
    if (Token.isUnresolved(template) || template.includes(SLOT_PLACEHOLDER)) continue;
    fail(scope, `the '${name}' of an account pool must contain ${SLOT_PLACEHOLDER}, which is replaced by the number `
      + `of an account, got '${template}'`);
  }
  // the longest ones
  validate.email(scope, forSlot(email, maximum));
  validate.accountName(scope, forSlot(accountName, maximum));
  return { email, accountName };
}

/** Times in seconds. @throws if a time is too short */
export function checkedTimes(scope: Construct, props: AccountPoolProps) {
  const {
    secondLook = Duration.seconds(CLEAN_DEFAULTS.secondLookSeconds),
    maxCleaningTime = Duration.seconds(CLEAN_DEFAULTS.maxSeconds),
  } = props;
  const seconds = maxCleaningTime.toSeconds();
  if (seconds < 3600) {
    fail(scope, "the 'maxCleaningTime' must be at least an hour, because AWS needs 40 minutes to release the network "
      + `interfaces of functions, got ${seconds} seconds`);
  }
  return { secondLookSeconds: String(secondLook.toSeconds()), maxCleanSeconds: String(seconds) };
}

/** @throws if two cleaners have the same type, or one has none */
export function checkedCleaners(scope: Construct, { cleaners = [] }: AccountPoolProps) {
  const types = cleaners.flatMap(cleaner => cleaner.types);
  const twice = types.find((type, index) => types.indexOf(type) !== index);
  if (twice !== undefined) fail(scope, `two of the 'cleaners' have the type '${twice}': name each type once`);
  const empty = cleaners.findIndex(cleaner => cleaner.types.length === 0);
  if (empty >= 0) fail(scope, `cleaner ${empty + 1} of the 'cleaners' has no types: name those that it cleans`);
  return cleaners.map(cleaner => ({ functionArn: cleaner.function.functionArn, types: cleaner.types }));
}
