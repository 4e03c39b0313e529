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
 * Returns whether the present place has no record, so that the caller must make it.
 */
export async function addFormerPlace<Request extends StackRequest>(
  registry: Registry,
  keyOf: (request: Request) => string,
  owner: Owner,
  { request, former }: Places<Request>,
): Promise<boolean> {
  const [key, keyFormer] = [keyOf(request), keyOf(former)];
  const record = await registry.read<StackRecord<Request>>(key);
  const recordFormer = await registry.read<StackRecord<Request>>(keyFormer);
  const isOwn = recordFormer !== undefined && owns(recordFormer.owners, owner);
  if (key === keyFormer || !isOwn || (record && !owns(record.owners, owner))) return false;
  if (recordFormer.successor !== key) {
    const { version, ...rest } = recordFormer;
    await registry.write<StackRecord<Request>>(keyFormer, { ...rest, successor: key }, version);
  }
  if (!record) return true;
  const { version, previous = [], ...rest } = record;
  if (previous.some(place => keyOf(place) === keyFormer)) return false;
  await registry.write<StackRecord<Request>>(key, { ...rest, previous: [...previous, former] }, version);
  return false;
}
