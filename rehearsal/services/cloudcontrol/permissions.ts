import { everywhere } from '../../core/permissions';

/** The actions have no resources. The permissions of the handlers are checked when they create or delete a resource. */
export const permissions = everywhere([
  'ListResources', 'GetResource', 'CreateResource', 'UpdateResource', 'DeleteResource', 'GetResourceRequestStatus',
]);
