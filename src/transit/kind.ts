import type { Kind } from '../kinds/kind';
import { assumeMemberRoles } from '../kinds/permissions';
import { NAMES, RESOURCE_TYPES } from '../private/contract';
import { RECORDS } from '../registry/contract';

export const TRANSIT_KIND: Kind = {
  name: 'transit',
  resourceType: RESOURCE_TYPES.transitAttachment,
  alsoServes: [RESOURCE_TYPES.network],
  roleName: NAMES.transitProviderRole,
  description: 'Attaches networks to transit gateways',
  records: { write: [RECORDS.transit] },
  permissions: ({ organizationId }) => [assumeMemberRoles(organizationId, [`${NAMES.networkRolePrefix}*`])],
};
