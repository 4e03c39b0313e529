import type { Owner } from '../shared/lifecycle';

/** A custom resource that owns a record. Of several owners, the last one is current. */
interface OwnerReference {
  readonly id: string;
  readonly stackId: string;
}

/** An owner with its last request, which becomes current again when a later owner is deleted. */
export interface RecordedOwner<Request> extends Owner {
  readonly request: Request;
}

/**
 * Adds an owner in the place of its former owners, or replaces its request. When a construct is moved or renamed,
 * CloudFormation creates the new logical id first and deletes the old one afterwards, or deletes the new one if the
 * update fails: until then the record has both.
 */
export function withOwner<Request>(
  owners: readonly RecordedOwner<Request>[],
  owner: Owner,
  request: Request,
): readonly RecordedOwner<Request>[] {
  const { id, stackId, logicalId } = owner;
  const holder = { id, stackId, logicalId, request };
  const present = withoutFormerOwners(owners, owner);
  return owns(present, { id }) ? present.map(other => (other.id === id ? holder : other)) : [...present, holder];
}

/** The owners without those whose place an owner takes. */
export function withoutFormerOwners<Reference extends OwnerReference>(
  owners: readonly Reference[],
  { formerOwners = [] }: Pick<Owner, 'formerOwners'>,
): readonly Reference[] {
  return owners.filter(({ id }) => !formerOwners.includes(id));
}

export function withoutOwner<Reference extends OwnerReference>(
  owners: readonly Reference[],
  { id }: Pick<Owner, 'id'>,
): readonly Reference[] {
  return owners.filter(other => other.id !== id);
}

export function owns(owners: readonly OwnerReference[], { id }: Pick<Owner, 'id'>): boolean {
  return owners.some(other => other.id === id);
}

/** The owner in another stack, if there is one. Ownership is not transferred between stacks. */
export function foreignOwner(
  owners: readonly OwnerReference[],
  owner: Pick<Owner, 'stackId' | 'formerOwners'>,
): OwnerReference | undefined {
  return withoutFormerOwners(owners, owner).find(({ stackId }) => stackId !== owner.stackId);
}

/** The name in the ARN of a stack. */
export function stackNameOf({ stackId }: Pick<OwnerReference, 'stackId'>): string {
  return stackId.split('/')[1] ?? stackId;
}
