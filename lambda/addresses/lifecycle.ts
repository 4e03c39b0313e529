import type { AddressContext } from './context';
import { RangeLifecycle } from './range-lifecycle';
import { SpaceLifecycle } from './space-lifecycle';
import type { AddressRangeRequest, AddressSpaceRequest } from '../../src/addresses/contract';
import { TwoLifecycles } from '../shared/two-lifecycles';

type AnyRequest = AddressRangeRequest | AddressSpaceRequest;

/** Handles the requests for address spaces and for their ranges. */
export function addressLifecycle(context: AddressContext) {
  return new TwoLifecycles({
    one: new RangeLifecycle(context),
    other: new SpaceLifecycle(context),
    isOther: (request: AnyRequest): request is AddressSpaceRequest => request.kind !== 'range',
    nameOf: ({ kind }) => (kind === 'range' ? 'an address range' : 'an address space'),
  });
}
