import { Aws } from 'aws-cdk-lib';
import type { Kind } from '../kinds/kind';
import { allow, assumeMemberRoles, describeStacks } from '../kinds/permissions';
import { BOOTSTRAP_QUALIFIER, NAMES, RESOURCE_TYPES } from '../private/contract';
import { RECORDS } from '../registry/contract';

const BOOTSTRAP_ROLES = ['deploy', 'file-publishing', 'image-publishing'];

export const STACK_KIND: Kind = {
  name: 'stack',
  resourceType: RESOURCE_TYPES.stack,
  roleName: NAMES.stackProviderRole,
  description: 'Deploys stacks into accounts',
  records: { write: [RECORDS.stack, RECORDS.leftover] },
  permissions: ({ organizationId }) => [
    assumeMemberRoles(organizationId, BOOTSTRAP_ROLES.map(kind => `cdk-${BOOTSTRAP_QUALIFIER}-${kind}-role-*`)),
    // another deployment leaves what cannot be deleted
    describeStacks('DescribeStacks', ['cloudformation:DescribeStackEvents', 'cloudformation:DescribeStacks']),
    readFiles(),
    readImages(),
  ],
};

/** Permission to read the templates and files of stacks, which are assets in the CICD account. */
export function readFiles() {
  const objects = `arn:${Aws.PARTITION}:s3:::cdk-*-assets-${Aws.ACCOUNT_ID}-${Aws.REGION}/*`;
  return allow('ReadFiles', ['s3:GetObject'], [objects],
    'names of assets change with their content; the bucket is that of the CDK bootstrap with any qualifier');
}

function readImages() {
  const repositories = `arn:${Aws.PARTITION}:ecr:${Aws.REGION}:${Aws.ACCOUNT_ID}:repository/`
    + `cdk-*-container-assets-${Aws.ACCOUNT_ID}-${Aws.REGION}`;
  return allow('ReadImages', ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'], [repositories],
    'the repository is that of the CDK bootstrap with any qualifier');
}
