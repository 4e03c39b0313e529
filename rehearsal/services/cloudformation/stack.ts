import type { Parameters } from './parameters';
import type { Template } from './template';
import type { Caller, Provisioned } from '../../core/service';

export type Policy = 'Delete' | 'Retain' | 'Snapshot' | 'RetainExceptOnCreate';

/** A resource of a stack as it was last deployed. */
export interface StackResource extends Provisioned {
  readonly logicalId: string;
  readonly type: string;
  /** With all intrinsic functions resolved. */
  readonly properties: Record<string, unknown>;
  readonly dependencies: readonly string[];
  readonly deletionPolicy: Policy;
  readonly updateReplacePolicy: Policy;
  /** Construct path from the metadata that CDK writes. */
  readonly path?: string;
}

/** State that DescribeStackResources returns. */
export interface ResourceState {
  readonly logicalId: string;
  readonly type: string;
  readonly status: string;
  readonly at: number;
  readonly id?: string;
  readonly reason?: string;
}

/** A resource that an update replaces. */
export interface Replacement {
  readonly logicalId: string;
  readonly path?: string;
  /** Whether the old resource has data that the new one does not have. */
  readonly holdsData: boolean;
  /** Whether the service decides if it replaces the resource. */
  readonly isUncertain?: true;
}

export interface StackEvent extends ResourceState {
  readonly eventId: string;
  readonly stackId: string;
  readonly stackName: string;
  readonly accountId: string;
  readonly region: string;
  readonly path?: string;
  readonly token?: string;
  /** What an update is about to replace, at its start. */
  readonly replaces?: readonly Replacement[];
}

export interface Output {
  readonly key: string;
  readonly value: string;
  readonly description?: string;
  readonly exportName?: string;
}

/** The desired state of a stack for one operation. */
export interface Target {
  readonly template: Template;
  readonly body: string;
  readonly parameters: Parameters;
  readonly tags: Readonly<Record<string, string>>;
  /** Construct paths by logical id, if the template does not contain them. */
  readonly paths: Readonly<Record<string, string>>;
}

interface StackOptions {
  readonly capabilities: readonly string[];
  readonly parentId?: string;
  /** Caller that created the stack; absent: the rehearsal itself. */
  readonly maker?: Caller;
}

export class Stack {
  public status = 'CREATE_IN_PROGRESS';
  public reason?: string;
  /** Reason of the last rollback; unlike `reason`, it is kept when the rollback is complete. */
  public failure?: string;
  public outputs: readonly Output[] = [];
  /** Exports of other stacks that this one reads. */
  public imports: ReadonlySet<string> = new Set();
  public terminationProtection = false;
  public updatedAt?: number;
  public deletedAt?: number;
  /** When its last deletion was requested, whether it succeeded or not. */
  public deletionAt?: number;
  public token?: string;
  /** Role that CloudFormation uses. */
  public roleArn?: string;
  /** Identity of operations: the role of the stack, or the last caller. */
  public actor?: Caller;
  public readonly resources = new Map<string, StackResource>();
  public readonly states = new Map<string, ResourceState>();
  public readonly events: StackEvent[] = [];
  /** Cancels what is not complete of the operation in progress. */
  public cancel?: () => void;
  /** Continues a failed rollback. `skipped`: logical ids of resources that are not rolled back. */
  public continueRollback?: (skipped: readonly string[]) => Promise<void>;
  /** Resources of nested stacks that the rollback in progress skips, as `<nested stack>.<logical id>`. */
  public skippedInNestedStacks: readonly string[] = [];
  /** Resolves when the operation in progress has ended; never rejects. */
  public operation: Promise<void> = Promise.resolve();

  public constructor(
    public readonly id: string,
    public readonly name: string,
    public readonly accountId: string,
    public readonly region: string,
    public readonly createdAt: number,
    public target: Target,
    public readonly options: StackOptions,
    /** Whether the stack existed before the first deployment. */
    public readonly isSeed = false,
  ) {}

  public get inProgress(): boolean {
    return this.status.endsWith('_IN_PROGRESS');
  }

  public get deleted(): boolean {
    return this.status === 'DELETE_COMPLETE';
  }

  /** Outputs by key. */
  public output(key: string): string | undefined {
    return this.outputs.find(output => output.key === key)?.value;
  }
}
