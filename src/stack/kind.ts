import { Aws } from 'aws-cdk-lib';
import type { Kind } from '../kinds/kind';
import { allow, assumeMemberRoles } from '../kinds/permissions';
import { BOOTSTRAP_QUALIFIER, NAMES, RESOURCE_TYPES } from '../private/contract';
import { RECORDS } from '../registry/contract';

export const STACK_KIND: Kind = {
  name: 'stack',
  resourceType: RESOURCE_TYPES.stack,
  roleName: NAMES.stackProviderRole,
  description: 'Deploys stacks into accounts',
  records: { write: [RECORDS.stack] },
  permissions: ({ organizationId }) => [
    assumeMemberRoles(organizationId, ['deploy', 'file-publishing', 'image-publishing'].map(kind => `cdk-${BOOTSTRAP_QUALIFIER}-${kind}-role-*`)),
    readFiles(),
    readImages(),
  ],
};

/** Templates and files that stacks need are assets of the CICD account. */
export function readFiles() {
  return allow('ReadFiles', ['s3:GetObject'], [`arn:${Aws.PARTITION}:s3:::cdk-*-assets-${Aws.ACCOUNT_ID}-${Aws.REGION}/*`],
    'templates and other files are assets, whose names change with their content; the bucket is that of the bootstrap, whatever its qualifier');
}

function readImages() {
  const repositories = `arn:${Aws.PARTITION}:ecr:${Aws.REGION}:${Aws.ACCOUNT_ID}:repository/cdk-*-container-assets-${Aws.ACCOUNT_ID}-${Aws.REGION}`;
  return allow('ReadImages', ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'], [repositories],
    'the repository of image assets is that of the bootstrap, whatever its qualifier');
}
