import type { Owner } from '../shared/lifecycle';

/** A resource that has claimed a record; the last of a list is the current owner. */
interface OwnerReference {
  readonly id: string;
  readonly stackId: string;
}

/** What an owner has asked for last, so that it can be given back to him when another one, who came after him, goes again. */
export interface Holder<Request> extends Owner {
  readonly request: Request;
}

/**
 * Lets another owner take over. When a construct is moved or renamed, CloudFormation creates the new logical id first and
 * deletes the old one afterwards, or deletes the new one if the update fails: until then the record has both.
 */
export function withOwner<Request>(
  owners: readonly Holder<Request>[], { id, stackId, logicalId }: Owner, request: Request,
): readonly Holder<Request>[] {
  const holder = { id, stackId, logicalId, request };
  return owns(owners, { id }) ? owners.map(other => other.id === id ? holder : other) : [...owners, holder];
}

export function withoutOwner<Reference extends OwnerReference>(owners: readonly Reference[], { id }: Pick<Owner, 'id'>): readonly Reference[] {
  return owners.filter(other => other.id !== id);
}

export function owns(owners: readonly OwnerReference[], { id }: Pick<Owner, 'id'>): boolean {
  return owners.some(other => other.id === id);
}

/** The owner in another stack, if there is one: nothing is taken over from there. */
export function foreignOwner(owners: readonly OwnerReference[], { stackId }: Pick<Owner, 'stackId'>): OwnerReference | undefined {
  return owners.find(other => other.stackId !== stackId);
}

/** The name of a stack as its user knows it. */
export function stackNameOf({ stackId }: Pick<OwnerReference, 'stackId'>): string {
  return stackId.split('/')[1] ?? stackId;
}
