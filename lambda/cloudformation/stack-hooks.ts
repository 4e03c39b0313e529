import { ownedByAnotherStack } from './errors';
import type { StackState } from './stack-deployer';
import type { StackRequest } from '../../src/stack/contract';
import type { Versioned } from '../registry/registry';
import type { StackRecord } from '../registry/stack';
import type { Owner, Progress } from '../shared/lifecycle';
import { done } from '../shared/lifecycle';

type Read<Request extends StackRequest> = Versioned<StackRecord<Request>>;

/** What goes with a stack in its account, such as a lease. Every method may be repeated. */
export interface StackHooks<Request extends StackRequest> {
  /** An account has one such stack: the former one is deleted before the next one is made. */
  readonly isExclusive: boolean;
  /** Keys of the records that a look reads first. */
  recordKeys(request: Request): readonly string[];
  /** The fields of the record with which a new attempt begins. */
  resetFields(record: StackRecord<Request>): Partial<StackRecord<Request>>;
  /** Before the stack is deployed; undefined: it cannot be deployed yet. */
  prepare(owner: Owner, request: Request, record: Read<Request>): Promise<Read<Request> | undefined>;
  /** The request as it has to be deployed now. */
  effectiveRequest(request: Request): Promise<Request>;
  /** Whether a complete stack is what the request asks for now. */
  isUpToDate(stack: StackState, request: Request): boolean;
  /** The stack is complete; `isChanged`: this deployment has changed it. */
  afterDeploy(owner: Owner, request: Request, record: Read<Request>, isChanged: boolean): Promise<void>;
  /** The fields of the record when all is done. */
  settledFields(request: Request): Partial<StackRecord<Request>>;
  /** Whether what goes with the stack is as the request declares it. */
  isAsDeclared(request: Request): Promise<boolean>;
  afterDeleteRequested(key: string, record: StackRecord<Request>): Promise<void>;
  /** Whether the stacks that a pipeline has deployed are deleted with it. */
  mayDeleteApplications(owner: Owner, request: Request): Promise<boolean>;
  /** Removes what must be removed before the stack; done: the stack may be deleted. */
  beforeDelete(
    owner: Owner, request: Request, record: Read<Request>, mayDelete: () => Promise<boolean>,
  ): Promise<Progress<Read<Request>>>;
  /** The stack is deleted. */
  afterDelete(owner: Owner, key: string, record: StackRecord<Request>): Promise<void>;
  ownedByAnotherStack(request: Request, holder: string): Error;
}

/** A plain stack: nothing goes with it. */
export function noHooks<Request extends StackRequest>(): StackHooks<Request> {
  return {
    isExclusive: false,
    recordKeys: () => [],
    resetFields: () => ({}),
    prepare: async (_owner, _request, record) => record,
    effectiveRequest: async request => request,
    isUpToDate: () => true,
    afterDeploy: async () => undefined,
    settledFields: () => ({}),
    isAsDeclared: async () => true,
    afterDeleteRequested: async () => undefined,
    mayDeleteApplications: async () => false,
    beforeDelete: async (_owner, _request, record) => done(record),
    afterDelete: async () => undefined,
    ownedByAnotherStack,
  };
}
