import type { RequestedResource } from '../../src/kinds/contract';
import { RECORDS } from '../../src/registry/contract';

/** Record of the last request of CloudFormation. It exists as long as the custom resource. */
export interface ResourceRecord extends RequestedResource {
  /** Id of the request. */
  readonly requestId: string;
}

export function resourceKey(ownerId: string): string {
  return `${RECORDS.resource}${ownerId}`;
}
