import { on, partitionOf, textOf } from '../../core/permissions';
import type { Call } from '../../core/service';

/** A repository in another account is addressed by its registry id. */
export function repositoryArn(call: Call, name = textOf(call, 'repositoryName')): string {
  const registryId = textOf(call, 'registryId') || call.caller.accountId;
  return `arn:${partitionOf(call)}:ecr:${call.region}:${registryId}:repository/${name}`;
}

/** Each repository of a request needs the permission. */
function described(call: Call): readonly string[] {
  const { repositoryNames: names } = call.input;
  return Array.isArray(names) && names.length > 0
    ? names.map(name => repositoryArn(call, String(name)))
    : [repositoryArn(call, '*')];
}

export const permissions = {
  ...on(
    [
      'BatchCheckLayerAvailability',
      'BatchDeleteImage',
      'BatchGetImage',
      'CompleteLayerUpload',
      'CreateRepository',
      'DeleteRepository',
      'DescribeImages',
      'GetDownloadUrlForLayer',
      'GetRepositoryPolicy',
      'InitiateLayerUpload',
      'ListImages',
      'PutImage',
      'UploadLayerPart',
    ],
    call => repositoryArn(call),
  ),
  DescribeRepositories: (call: Call) =>
    described(call).map(resource => ({ action: 'ecr:DescribeRepositories', resource })),
};
