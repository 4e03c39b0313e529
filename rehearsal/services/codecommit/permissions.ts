import { everywhere, on, own, regionalArn, textOf } from '../../core/permissions';
import type { Call, Permissions } from '../../core/service';

const repositoryArn = (call: Call): string => regionalArn(call, textOf(call, 'repositoryName'));

/** Operations that move a branch support the condition key `codecommit:References`. */
const onBranch: Permissions = call => [
  own(call, repositoryArn(call), { 'codecommit:References': `refs/heads/${textOf(call, 'branchName')}` }),
];

const onTarget: Permissions = call => {
  const branch = textOf(call, 'targetBranch') || textOf(call, 'destinationCommitSpecifier');
  return [own(call, repositoryArn(call), { 'codecommit:References': `refs/heads/${branch}` })];
};

export const permissions = {
  ...on(
    [
      'CreateRepository',
      'DeleteRepository',
      'GetRepository',
      'GetBranch',
      'ListBranches',
      'GetCommit',
      'GetFile',
      'GetFolder',
      'GetMergeConflicts',
      'GetMergeOptions',
    ],
    repositoryArn,
  ),
  ...everywhere(['ListRepositories']),
  CreateBranch: onBranch,
  DeleteBranch: onBranch,
  CreateCommit: onBranch,
  PutFile: onBranch,
  MergeBranchesByFastForward: onTarget,
  MergeBranchesByThreeWay: onTarget,
};
