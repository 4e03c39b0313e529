import * as v from 'valibot';
import type { Identities, Role } from './identities';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Call, Operation } from '../../core/service';

const PolicyInput = v.object({ PolicyName: v.string() });
const AttachedInput = v.object({ PolicyArn: v.string() });
const UserInput = v.object({ UserName: v.string() });

/** Lists of what users may have, and never have here. */
const EMPTY_LISTS: Readonly<Record<string, string>> = {
  ListAccessKeys: 'AccessKeyMetadata',
  ListAttachedUserPolicies: 'AttachedPolicies',
  ListGroupsForUser: 'Groups',
  ListMFADevices: 'MFADevices',
  ListSSHPublicKeys: 'SSHPublicKeys',
  ListUserPolicies: 'PolicyNames',
  ListUserTags: 'Tags',
};

/** Operations with which roles and users are listed and deleted. */
export function deletionOperations(
  identities: Identities, partition: string, roleOf: (call: Call) => Role,
): Record<string, Operation> {
  const usersOf = ({ caller: { accountId } }: Call): string[] =>
    [...identities.users].filter(arn => arn.startsWith(`arn:${partition}:iam::${accountId}:user/`));
  const userOf = (call: Call): string => {
    const { UserName: name } = read(UserInput, call.input);
    const found = usersOf(call).find(arn => arn.endsWith(`/${name}`));
    if (found === undefined) throw noSuchEntity(`The user with name ${name} cannot be found.`);
    return found;
  };
  const emptyLists = Object.entries(EMPTY_LISTS).map(([operation, member]): [string, Operation] => [
    operation,
    async call => {
      userOf(call);
      return { [member]: [], IsTruncated: false };
    },
  ]);
  return {
    ...Object.fromEntries(emptyLists),
    ListRoleTags: async call => ({
      Tags: Object.entries(roleOf(call).tags).map(([Key, Value]) => ({ Key, Value })), IsTruncated: false,
    }),
    ListInstanceProfilesForRole: async call => {
      roleOf(call);
      return { InstanceProfiles: [], IsTruncated: false };
    },
    DetachRolePolicy: async call => {
      const [role, { PolicyArn: arn }] = [roleOf(call), read(AttachedInput, call.input)];
      if (!role.managedPolicyArns.includes(arn)) throw noSuchEntity(`Policy ${arn} was not found.`);
      identities.putRole({ ...role, managedPolicyArns: role.managedPolicyArns.filter(other => other !== arn) });
    },
    DeleteRolePolicy: async call => {
      const [role, { PolicyName: name }] = [roleOf(call), read(PolicyInput, call.input)];
      const { [name]: policy, ...policies } = role.policies;
      if (!policy) throw noSuchEntity(`The role policy with name ${name} cannot be found.`);
      identities.putRole({ ...role, policies });
    },
    DeleteRole: async call => {
      const role = roleOf(call);
      if (role.managedPolicyArns.length > 0) throw conflict('must detach all policies first');
      if (Object.keys(role.policies).length > 0) throw conflict('must delete policies first');
      identities.removeRole(role.arn);
    },
    ListUsers: async call => ({
      Users: usersOf(call).map(arn => ({ UserName: arn.slice(arn.lastIndexOf('/') + 1), Arn: arn })),
      IsTruncated: false,
    }),
    DeleteLoginProfile: async call => {
      throw noSuchEntity(`Login Profile for User ${userOf(call)} cannot be found.`);
    },
    DeleteUser: async call => void identities.users.delete(userOf(call)),
  };
}

function noSuchEntity(message: string): AwsError {
  return new AwsError('NoSuchEntity', message, 404);
}

/** An entity that something depends on is not deleted. */
export function conflict(what: string): AwsError {
  return new AwsError('DeleteConflict', `Cannot delete entity, ${what}.`, 409);
}
