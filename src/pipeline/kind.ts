import type { Kind } from '../kinds/kind';
import { describeStacks, assumeMemberRoles } from '../kinds/permissions';
import { BOOTSTRAP_QUALIFIER, NAMES, RESOURCE_TYPES } from '../private/contract';
import { RECORDS } from '../registry/contract';
import { readFiles } from '../stack/kind';

export const PIPELINE_KIND: Kind = {
  name: 'pipeline',
  resourceType: RESOURCE_TYPES.pipeline,
  alsoServes: [RESOURCE_TYPES.blueGreen],
  roleName: NAMES.pipelineProviderRole,
  description: 'Deploys the pipelines of environments into their accounts',
  records: {
    write: [
      RECORDS.pipeline, RECORDS.environment, RECORDS.lease, RECORDS.route, RECORDS.leftover, RECORDS.blueGreen,
      RECORDS.release,
    ],
    // to distinguish account stacks from applications; halts are written by operators
    read: [RECORDS.stack, RECORDS.halt],
  },
  permissions: ({ organizationId }) => [
    assumeMemberRoles(organizationId, [
      `${NAMES.deployerRole}-*`,
      // for large templates, and to delete applications with their environment
      ...['deploy', 'file-publishing'].map(kind => `cdk-${BOOTSTRAP_QUALIFIER}-${kind}-role-*`),
      // to stop pipelines that move or are removed
      NAMES.operateRole,
    ]),
    // applications are kept when a deployment is rolled back, and another deployment leaves what cannot be deleted
    describeStacks('DescribeStacks', ['cloudformation:DescribeStackEvents', 'cloudformation:DescribeStacks']),
    readFiles(),
  ],
};
