import type { Association, Place } from './aws';
import type { TransitAttachmentRequest } from '../../src/transit/contract';
import type { InProgress } from '../shared/lifecycle';
import { waitFor } from '../shared/lifecycle';

export function networkPlace({ roleArn, region }: TransitAttachmentRequest): Place {
  return { roleArn, region };
}

export function hubPlace({ hubRoleArn, region }: TransitAttachmentRequest): Place {
  return { roleArn: hubRoleArn, region };
}

export function waitForAssociation({ state }: Association): InProgress {
  return waitFor(`the route table of the segment (${state})`);
}
