import type { Organization } from './aws';
import type { BaselinePort } from './baselines/port';
import type { Closer } from './closing/aws';
import type { AccountSettings } from './settings-aws';
import type { AccountRequest, VendedAccountRequest } from '../../src/account/contract';
import type { CicdStack } from '../cloudformation/cicd-stack';
import type { AccountRecord } from '../registry/account';
import type { Registry, Versioned } from '../registry/registry';

/** The dependencies of the account provider. */
export interface AccountContext {
  readonly organization: Organization;
  readonly settings: AccountSettings;
  readonly closer: Closer;
  readonly baselines: BaselinePort;
  /** The stacks that declare accounts. */
  readonly cicdStack: Pick<CicdStack, 'isRollingBack'>;
  readonly registry: Registry;
  readonly partition: string;
  /** Role in the management account; absent: the function runs there. */
  readonly roleArn?: string;
  readonly cicdAccount: string;
  /** The closed CICD account that it replaces. */
  readonly replacedCicdAccount?: string;
  /** The template of the CDK bootstrap, as JSON. */
  readonly bootstrapTemplate: () => string;
  readonly now: () => number;
}

/** An account with its record and the current request. */
export interface ManagedAccount<Request extends AccountRequest = AccountRequest> {
  readonly key: string;
  readonly record: Versioned<AccountRecord>;
  readonly request: Request;
}

export type VendedAccount = ManagedAccount<VendedAccountRequest>;

/** Writes a change of the record, and returns the account with the new record. */
export async function updateRecord<Request extends AccountRequest>(
  context: AccountContext,
  { key, record, request }: ManagedAccount<Request>,
  change: Partial<AccountRecord>,
): Promise<ManagedAccount<Request>> {
  const written = await context.registry.write<AccountRecord>(key, { ...record, ...change }, record.version);
  return { key, request, record: written };
}
