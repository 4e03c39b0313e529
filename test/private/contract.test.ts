import type {
  AccountRequest, AccountResult, PreconditionsRequest, PreconditionsResult,
} from '../../src/account/contract';
import type {
  AddressRangeRequest, AddressRangeResult, AddressSpaceResult, IpamSpaceRequest, TableSpaceRequest,
} from '../../src/addresses/contract';
import type { BaselineRequest, BaselineResult } from '../../src/baseline/contract';
import type { TrafficRequest } from '../../src/blue-green/contract';
import type { BranchRequest, BranchResult, EnvironmentDescriptor } from '../../src/branch/contract';
import type { NetworkRequest, NetworkResult } from '../../src/network/contract';
import type { PooledAccountRequest, PooledAccountResult, PoolRequest, PoolResult } from '../../src/pool/contract';
import type { Wire } from '../../src/private/contract';
import { NAMES } from '../../src/private/contract';
import type { RepositoryRequest, RepositoryResult } from '../../src/sources/contract';
import type { AccountStackRequest, AccountStackResult } from '../../src/stack/contract';
import type { TransitAttachmentRequest, TransitAttachmentResult } from '../../src/transit/contract';

/** Compiles only if T survives CloudFormation. */
type AssertWire<T extends Wire<T>> = T;

interface Fine {
  readonly choice: 'adopt' | 'fail';
  readonly text?: string;
  readonly list: readonly string[];
  readonly map: { readonly [key: string]: string };
  readonly nested?: { readonly text: string };
}

// what is asserted here is asserted by the compiler
export type Survives = [
  AssertWire<Fine>,
  AssertWire<AccountRequest>, AssertWire<AccountResult>,
  AssertWire<PreconditionsRequest>, AssertWire<PreconditionsResult>,
  AssertWire<BaselineRequest>, AssertWire<BaselineResult>,
  AssertWire<PoolRequest>, AssertWire<PoolResult>, AssertWire<PooledAccountRequest>, AssertWire<PooledAccountResult>,
  AssertWire<AccountStackRequest>, AssertWire<AccountStackResult>,
  AssertWire<TableSpaceRequest>, AssertWire<IpamSpaceRequest>, AssertWire<AddressSpaceResult>,
  AssertWire<AddressRangeRequest>, AssertWire<AddressRangeResult>,
  AssertWire<BranchRequest>, AssertWire<BranchResult>, AssertWire<EnvironmentDescriptor>,
  AssertWire<RepositoryRequest>, AssertWire<RepositoryResult>,
  AssertWire<TrafficRequest>,
  AssertWire<NetworkRequest>, AssertWire<NetworkResult>,
  AssertWire<TransitAttachmentRequest>, AssertWire<TransitAttachmentResult>,
];

export type ArrivesAsText = [
  // @ts-expect-error a boolean arrives as 'true'
  AssertWire<{ readonly adopt: boolean }>,
  // @ts-expect-error a number arrives as '5'
  AssertWire<{ readonly count: number }>,
  // @ts-expect-error also when it may be absent
  AssertWire<{ readonly count?: number }>,
  // @ts-expect-error also as one choice of several
  AssertWire<{ readonly count: string | number }>,
  // @ts-expect-error also deep inside
  AssertWire<{ readonly nested: { readonly adopt: boolean } }>,
  // @ts-expect-error also in a list
  AssertWire<{ readonly counts: readonly number[] }>,
  // @ts-expect-error also in one of several contracts
  AssertWire<AccountRequest | { readonly kind: 'new'; readonly adopt: boolean }>,
];

test('the roles of pipelines begin with the prefix by which policies know them', () => {
  for (const name of [NAMES.pipelineRole, NAMES.startRole, NAMES.operateRole]) {
    expect(name.startsWith(NAMES.pipelineRolePrefix)).toBe(true);
    expect(name.length).toBeLessThanOrEqual(64);
  }
});
