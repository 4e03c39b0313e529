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
  /** The path in the construct tree, if CDK left it in the metadata. */
  readonly path?: string;
}

/** What DescribeStackResources tells of a resource. */
interface ResourceState {
  readonly logicalId: string;
  readonly type: string;
  readonly status: string;
  readonly at: number;
  readonly id?: string;
  readonly reason?: string;
}

export interface StackEvent extends ResourceState {
  readonly eventId: string;
  readonly stackId: string;
  readonly stackName: string;
  readonly accountId: string;
  readonly region: string;
  readonly path?: string;
  readonly token?: string;
}

export interface Output {
  readonly key: string;
  readonly value: string;
  readonly description?: string;
  readonly exportName?: string;
}

/** What a stack is made to look like by one operation. */
export interface Target {
  readonly template: Template;
  readonly body: string;
  readonly parameters: Parameters;
  readonly tags: Readonly<Record<string, string>>;
  /** Construct paths by logical id, where the template itself does not tell them. */
  readonly paths: Readonly<Record<string, string>>;
}

interface StackOptions {
  readonly capabilities: readonly string[];
  readonly parentId?: string;
  /** Who has asked for its creation; absent: the rehearsal itself. */
  readonly maker?: Caller;
}

export class Stack {
  public status = 'CREATE_IN_PROGRESS';
  public reason?: string;
  /** Why the last operation was rolled back; `reason` forgets it when the rollback is complete. */
  public failure?: string;
  public outputs: readonly Output[] = [];
  /** Exports of other stacks that this one reads. */
  public imports: ReadonlySet<string> = new Set();
  public terminationProtection = false;
  public updatedAt?: number;
  public deletedAt?: number;
  public token?: string;
  /** With which CloudFormation acts. */
  public roleArn?: string;
  /** Whose rights the operations use: the stack's role, or whoever asked for the last one. */
  public actor?: Caller;
  public readonly resources = new Map<string, StackResource>();
  public readonly states = new Map<string, ResourceState>();
  public readonly events: StackEvent[] = [];
  /** Cancels the operation in progress, as far as it has not been completed. */
  public cancel?: () => void;
  /** Goes on with a rollback that has failed. */
  public continueRollback?: () => Promise<void>;
  /** Settles when the operation in progress has ended; it never rejects. */
  public operation: Promise<void> = Promise.resolve();

  public constructor(
    public readonly id: string,
    public readonly name: string,
    public readonly accountId: string,
    public readonly region: string,
    public readonly createdAt: number,
    public target: Target,
    public readonly options: StackOptions,
    /** It was there before anything was deployed. */
    public readonly isSeed = false,
  ) {}

  public get inProgress(): boolean {
    return this.status.endsWith('_IN_PROGRESS');
  }

  public get deleted(): boolean {
    return this.status === 'DELETE_COMPLETE';
  }

  /** The outputs as plain values. */
  public output(key: string): string | undefined {
    return this.outputs.find(output => output.key === key)?.value;
  }
}
