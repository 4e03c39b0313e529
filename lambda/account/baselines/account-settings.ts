import type { Setting } from './setting';
import type { PasswordPolicyRequest } from '../../../src/baseline/contract';
import type { Api } from '../../shared/api/api';
import { textAt } from '../../shared/api/protocols';
import { isNamed } from '../../shared/errors';

const PUBLIC_ACCESS_BLOCK = '/v20180820/configuration/publicAccessBlock';
const BLOCKS = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'];

/**
 * Blocks public access to all buckets of an account.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_PutPublicAccessBlock.html
 */
export function bucketAccess(api: Api, accountId: string, region: string): Setting {
  const call = { service: 's3control', region, accountId } as const;
  return {
    problem: 'public access to buckets is not blocked',
    isSet: async () => {
      const found = await unlessNamed(
        ['NoSuchPublicAccessBlockConfiguration'],
        async () => api.call({ ...call, operation: `GET ${PUBLIC_ACCESS_BLOCK}`, input: {} }),
      );
      return BLOCKS.every(name => textAt(found, name) === 'true');
    },
    set: async () => {
      const blocks = BLOCKS.map(name => `<${name}>true</${name}>`).join('');
      const body = '<PublicAccessBlockConfiguration xmlns="http://awss3control.amazonaws.com/doc/2018-08-20/">'
        + `${blocks}</PublicAccessBlockConfiguration>`;
      await api.call({ ...call, operation: `PUT ${PUBLIC_ACCESS_BLOCK}`, input: { body } });
    },
  };
}

/**
 * Sets the rules for the passwords of IAM users.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccountPasswordPolicy.html
 */
export function passwordPolicy(api: Api, region: string, policy: PasswordPolicyRequest): Setting {
  const call = { service: 'iam', region } as const;
  const requires = String(policy.requireCharacters === 'all');
  const { maxAgeDays, reusePrevention } = policy;
  const wanted: Readonly<Record<string, string>> = {
    MinimumPasswordLength: policy.minimumLength,
    RequireSymbols: requires,
    RequireNumbers: requires,
    RequireUppercaseCharacters: requires,
    RequireLowercaseCharacters: requires,
    AllowUsersToChangePassword: 'true',
    ...(maxAgeDays !== undefined && { MaxPasswordAge: maxAgeDays }),
    ...(reusePrevention !== undefined && { PasswordReusePrevention: reusePrevention }),
  };
  return {
    problem: 'the password policy differs',
    isSet: async () => {
      const found = await unlessNamed(
        ['NoSuchEntity'], async () => api.call({ ...call, operation: 'GetAccountPasswordPolicy', input: {} }),
      );
      const names = [...Object.keys(wanted), 'MaxPasswordAge', 'PasswordReusePrevention'];
      return names.every(name => textAt(found, `PasswordPolicy.${name}`) === wanted[name]);
    },
    // what is not given gets its default
    set: async () => void await api.call({ ...call, operation: 'UpdateAccountPasswordPolicy', input: wanted }),
  };
}

async function unlessNamed<T>(names: readonly string[], action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if (isNamed(error, ...names)) return undefined;
    throw error;
  }
}
