import type { AccountRequest } from '../../src/account/contract';
import type { BlueGreenRequest } from '../../src/blue-green/release/contract';
import type { BranchRequest } from '../../src/branch/contract';
import type { PipelineRequest } from '../../src/pipeline/contract';
import type { PooledAccountRequest } from '../../src/pool/contract';
import { RESOURCE_TYPES } from '../../src/private/contract';
import { LISTED } from '../../src/registry/contract';
import type { StackRequest } from '../../src/stack/contract';
import type { AccountRecord } from '../registry/account';
import { accountKey } from '../registry/account';
import { poolClaimKey } from '../registry/pool';
import type { PoolClaimRecord } from '../registry/pool';
import type { Registry } from '../registry/registry';
import type { ResourceRecord } from '../registry/resource';

/** A custom resource, and the environment that uses it. */
export interface KnownResource extends ResourceRecord {
  /** Absent: no environment uses it. */
  readonly environmentName?: string;
}

/** All custom resources that were requested. The constructs compile against the contracts of their properties. */
export async function knownResources(registry: Registry): Promise<readonly KnownResource[]> {
  const records = await registry.list<ResourceRecord>(LISTED.resource);
  const byAccount = new Map(
    records
      .filter(({ resourceType }) => resourceType === RESOURCE_TYPES.pipeline)
      .map(({ properties }) => properties as unknown as PipelineRequest)
      .map(({ accountId, environment }) => [accountId, environment.environmentName]),
  );
  return Promise.all(
    records.map(async ({ version, ...record }) => {
      const environmentName = await environmentOf(registry, record, byAccount);
      return { ...record, ...(environmentName !== undefined && { environmentName }) };
    }),
  );
}

async function environmentOf(
  registry: Registry,
  { resourceType, ownerId, properties }: ResourceRecord,
  byAccount: ReadonlyMap<string, string>,
): Promise<string | undefined> {
  switch (resourceType) {
    case RESOURCE_TYPES.branch:
      return (properties as unknown as BranchRequest).environmentName;
    case RESOURCE_TYPES.blueGreen:
      return (properties as unknown as BlueGreenRequest).environmentName;
    case RESOURCE_TYPES.account:
      return byAccount.get((await accountOf(registry, ownerId, properties as unknown as AnyAccountRequest)) ?? '');
    default:
      return byAccount.get((properties as Partial<StackRequest>).accountId ?? '');
  }
}

type AnyAccountRequest = AccountRequest | PooledAccountRequest;

async function accountOf(
  registry: Registry, ownerId: string, request: AnyAccountRequest,
): Promise<string | undefined> {
  if (request.kind === 'pooled') {
    return (await registry.read<PoolClaimRecord>(poolClaimKey({ id: ownerId })))?.accountId;
  }
  if (request.kind === 'existing') return request.accountId;
  return (await registry.read<AccountRecord>(accountKey(request)))?.accountId;
}
