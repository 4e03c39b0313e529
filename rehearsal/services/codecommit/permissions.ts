import { everywhere, on, own, regionalArn, textOf } from '../../core/permissions';
import type { Call, Permissions } from '../../core/service';

const repositoryArn = (call: Call): string => regionalArn(call, textOf(call, 'repositoryName'));

/** Operations that move a branch support the condition key `codecommit:References`. */
const onBranch: Permissions = call => [
  own(call, repositoryArn(call), { 'codecommit:References': `refs/heads/${textOf(call, 'branchName')}` }),
];

export const permissions = {
  ...on(
    [
      'CreateRepository',
      'DeleteRepository',
      'GetRepository',
      'GetBranch',
      'ListBranches',
      'GetCommit',
      'GetMergeOptions',
      'GetFile',
      'GetFolder',
    ],
    repositoryArn,
  ),
  ...everywhere(['ListRepositories']),
  CreateBranch: onBranch,
  DeleteBranch: onBranch,
  CreateCommit: onBranch,
  PutFile: onBranch,
};
