import { ownedByAnotherStack } from './errors';
import type { StackState } from './stack-deployer';
import type { Drift } from '../../src/operations/contract';
import type { StackRequest } from '../../src/stack/contract';
import type { Versioned } from '../registry/registry';
import type { Deferral, StackRecord } from '../registry/stack';
import type { Owner, Progress } from '../shared/lifecycle';
import { done } from '../shared/lifecycle';

type Read<Request extends StackRequest> = Versioned<StackRecord<Request>>;

/** What a kind of stack does besides its deployment, such as acquiring a lease. Every method is idempotent. */
export interface StackHooks<Request extends StackRequest> {
  /** Whether an account has only one such stack: then the former one is deleted before the next one is created. */
  readonly isExclusive: boolean;
  /** Keys of the records that a step reads first. */
  recordKeys(request: Request): readonly string[];
  /** The fields of the record that a new attempt resets. */
  resetFields(record: StackRecord<Request>): Partial<StackRecord<Request>>;
  /** An owner takes the place of owners in other stacks, which CloudFormation does not have any more. */
  takeOver(owner: Owner, request: Request, formerStackIds: readonly string[]): Promise<void>;
  /** Runs before the stack is deployed. Returns undefined if it cannot be deployed yet. */
  prepare(owner: Owner, request: Request, record: Read<Request>): Promise<Read<Request> | undefined>;
  /** The request as it must be deployed now. */
  effectiveRequest(request: Request): Promise<Request>;
  /** Whether a complete stack has what the request specifies now. */
  isUpToDate(stack: StackState, request: Request): boolean;
  /** Names the cause of a failed deployment, if this kind of stack knows it; other errors are returned unchanged. */
  explain(request: Request, error: unknown): Promise<unknown>;
  /** Runs when the stack is complete. `isChanged`: whether this deployment changed it. */
  afterDeploy(owner: Owner, request: Request, record: Read<Request>, isChanged: boolean): Promise<void>;
  /** The stack stays as it is, because its account cannot be reached. */
  afterDefer(key: string, deferral: Deferral): Promise<void>;
  /** What operators call the stack while it remains in its account although its deletion was requested. */
  leftoverName(request: Request): string;
  /** The stack remains in its account although its deletion was requested. */
  afterLeave(key: string): Promise<void>;
  /** The fields of the record after a complete deployment. */
  settledFields(request: Request): Partial<StackRecord<Request>>;
  /** Whether everything besides the stack is as the request declares it. */
  isAsDeclared(request: Request): Promise<boolean>;
  /** Compares everything besides the stack with the request. */
  check(request: Request): Promise<readonly Drift[]>;
  /** Restores what a stack that was found without its record needs for its deletion. */
  recover(owner: Owner, request: Request, record: Read<Request>): Promise<void>;
  /** Whether the registry knows a stack whose record was lost from other records, which are removed with it. */
  isKnown(owner: Owner, request: Request): Promise<boolean>;
  /** Runs when the deletion was requested by the last owner. */
  afterDeleteRequested(key: string, record: StackRecord<Request>): Promise<void>;
  /** Whether the stacks that a pipeline has deployed are deleted with it. */
  mayDeleteApplications(owner: Owner, request: Request): Promise<boolean>;
  /** Deletes what must be deleted before the stack. Done: the stack may be deleted. */
  beforeDelete(
    owner: Owner,
    request: Request,
    record: Read<Request>,
    mayDelete: () => Promise<boolean>,
  ): Promise<Progress<Read<Request>>>;
  /** Runs when the stack is deleted. */
  afterDelete(owner: Owner, key: string, record: StackRecord<Request>): Promise<void>;
  /** The error for a stack that belongs to another stack of the CICD account. */
  ownedByAnotherStack(request: Request, holder: string): Error;
}

/** The hooks of a plain stack. */
export function noHooks<Request extends StackRequest>(): StackHooks<Request> {
  return {
    isExclusive: false,
    recordKeys: () => [],
    resetFields: () => ({}),
    takeOver: async () => undefined,
    prepare: async (_owner, _request, record) => record,
    effectiveRequest: async request => request,
    isUpToDate: () => true,
    explain: async (_request, error) => error,
    afterDeploy: async () => undefined,
    afterDefer: async () => undefined,
    leftoverName: ({ accountId, region, stackName }) => `${accountId}/${region}/${stackName}`,
    afterLeave: async () => undefined,
    settledFields: () => ({}),
    isAsDeclared: async () => true,
    check: async () => [],
    recover: async () => undefined,
    isKnown: async () => false,
    afterDeleteRequested: async () => undefined,
    mayDeleteApplications: async () => false,
    beforeDelete: async (_owner, _request, record) => done(record),
    afterDelete: async () => undefined,
    ownedByAnotherStack,
  };
}
