import type { StackRequest } from '../../src/stack/contract';
import { owns } from '../registry/owners';
import type { Registry } from '../registry/registry';
import type { StackRecord } from '../registry/stack';
import type { Owner } from '../shared/lifecycle';

interface Places<Request> {
  readonly request: Request;
  readonly former: Request;
}

/**
 * Records that a stack has a former place, where it is deleted when it is deployed or deleted in the present one.
 * Returns whether one of the two places has no record: the present one, which the caller must record, or the former
 * one, which the registry may know from other records only.
 */
export async function addFormerPlace<Request extends StackRequest>(
  registry: Registry,
  keyOf: (request: Request) => string,
  owner: Owner,
  { request, former }: Places<Request>,
): Promise<'present' | 'former' | undefined> {
  const [key, keyFormer] = [keyOf(request), keyOf(former)];
  if (key === keyFormer) return undefined;
  const recordFormer = await registry.read<StackRecord<Request>>(keyFormer);
  if (!recordFormer) return 'former';
  const record = await registry.read<StackRecord<Request>>(key);
  if (!owns(recordFormer.owners, owner) || (record && !owns(record.owners, owner))) return undefined;
  if (recordFormer.successor !== key) {
    const { version, ...rest } = recordFormer;
    await registry.write<StackRecord<Request>>(keyFormer, { ...rest, successor: key }, version);
  }
  if (!record) return 'present';
  const { version, previous = [], ...rest } = record;
  if (previous.some(place => keyOf(place) === keyFormer)) return undefined;
  await registry.write<StackRecord<Request>>(key, { ...rest, previous: [...previous, former] }, version);
  return undefined;
}
