import type { Directory } from './aws';
import type { AccountRequest, VendedAccountRequest } from '../../src/account/contract';
import type { AccountRecord } from '../registry/account';
import type { Registry, Versioned } from '../registry/registry';

/** What the account provider acts upon. */
export interface World {
  readonly directory: Directory;
  readonly registry: Registry;
  readonly partition: string;
  readonly cicdAccount: string;
  /** The template of the CDK bootstrap, as JSON. */
  readonly bootstrapTemplate: () => string;
  readonly now: () => number;
}

/** One account on its way. */
export interface Case<Request extends AccountRequest = AccountRequest> {
  readonly key: string;
  readonly record: Versioned<AccountRecord>;
  readonly request: Request;
}

export type VendedCase = Case<VendedAccountRequest>;

/** Writes the next state of the record; the case goes on with it. */
export async function proceed<Request extends AccountRequest>(
  world: World, { key, record, request }: Case<Request>, change: Partial<AccountRecord>,
): Promise<Case<Request>> {
  return { key, request, record: await world.registry.write(key, { ...record, ...change }, record.version) };
}
