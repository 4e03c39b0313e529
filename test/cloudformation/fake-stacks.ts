import { isDeepStrictEqual } from 'node:util';
import type {
  ListedStack,
  StackDefinition,
  StackOperation,
  StackState,
  Stacks,
} from '../../lambda/cloudformation/stack-deployer';
import { awsError } from '../fixtures/aws-error';

/** A stack that another principal has created, as CloudFormation describes it. */
export type Foreign = Partial<
  Pick<ListedStack, 'createdAt' | 'roleArn' | 'isNested' | 'isProtected' | 'exports' | 'tags'>
> & {
  readonly imports?: readonly string[];
};

interface Kept {
  readonly stackId: string;
  readonly createdAt: Date;
  readonly foreign?: Foreign;
  status: string;
  definition: StackDefinition;
  outputs: Record<string, string>;
  operation: StackOperation;
  looks: number;
}

/** CloudFormation in one account: an operation is over when it has been looked at a second time. */
export class FakeStacks implements Stacks {
  /** What was begun, in order: `create CDKToolkit`. */
  public readonly begun: string[] = [];
  /** Reasons for which the next operation on a stack fails. */
  public readonly failures = new Map<string, string>();
  public readonly outputs = new Map<string, Record<string, string>>();
  /** The status of resources, by stack and logical id. */
  public readonly resourcesOf = new Map<string, Readonly<Record<string, string>>>();
  /** Whether the role is denied access. */
  public denied = false;
  public onCreate?: (stackName: string) => void;
  private readonly stacks = new Map<string, Kept>();
  private count = 0;

  public constructor(
    private readonly accountId: string,
    private readonly region = 'eu-central-1',
    private readonly clock = () => new Date(0),
  ) {}

  public async list(): Promise<readonly ListedStack[]> {
    this.stacks.forEach((kept, stackName) => this.look(stackName, kept));
    return [...this.stacks]
      .filter(([, { status }]) => status !== 'DELETE_COMPLETE')
      .map(([stackName, kept]) => ({
        stackId: kept.stackId,
        stackName,
        status: kept.status,
        createdAt: kept.createdAt,
        ...(kept.definition.roleArn && { roleArn: kept.definition.roleArn }),
        isNested: false,
        isProtected: false,
        exports: [],
        tags: kept.definition.tags,
        ...kept.foreign,
      }));
  }

  public async importers(exportName: string): Promise<readonly string[]> {
    return [...this.stacks]
      .filter(([, { foreign }]) => foreign?.imports?.includes(exportName))
      .map(([stackName]) => stackName);
  }

  public async describe(stackName: string): Promise<StackState | undefined> {
    if (this.denied) throw awsError('AccessDenied', 'not authorized to perform: cloudformation:DescribeStacks');
    const kept = this.stacks.get(stackName);
    if (kept) this.look(stackName, kept);
    if (!kept || kept.status === 'DELETE_COMPLETE') return undefined;
    const { stackId, createdAt, status, definition, outputs } = kept;
    const { parameters, tags } = definition;
    return { stackId, createdAt: createdAt.getTime(), status, parameters, outputs, tags };
  }

  public async resources(stackName: string): Promise<Readonly<Record<string, string>>> {
    return this.resourcesOf.get(stackName) ?? {};
  }

  public async create(stack: StackDefinition, token: string): Promise<void> {
    if (this.stacks.has(stack.stackName)) return;
    this.onCreate?.(stack.stackName);
    const stackId = `arn:aws:cloudformation:${this.region}:${this.accountId}:stack/${stack.stackName}/${++this.count}`;
    this.begun.push(`create ${stack.stackName}`);
    this.stacks.set(stack.stackName, {
      stackId,
      createdAt: this.clock(),
      definition: stack,
      status: 'CREATE_IN_PROGRESS',
      outputs: this.outputs.get(stack.stackName) ?? {},
      operation: { token },
      looks: 0,
    });
  }

  public async update(stack: StackDefinition, token: string): Promise<'started' | 'unchanged'> {
    const kept = this.stacks.get(stack.stackName);
    if (!kept) throw new Error(`Stack with id ${stack.stackName} does not exist`);
    const previous = Object.fromEntries(
      (stack.keptParameters ?? []).map(name => [name, kept.definition.parameters[name] ?? '']),
    );
    const { keptParameters, ...definition } = { ...stack, parameters: { ...previous, ...stack.parameters } };
    if (isDeepStrictEqual({ ...definition, keptParameters }, { ...kept.definition, keptParameters })) {
      return 'unchanged';
    }
    this.begun.push(`update ${stack.stackName}`);
    if (!this.failures.has(stack.stackName)) kept.definition = definition;
    Object.assign(kept, {
      status: 'UPDATE_IN_PROGRESS',
      operation: { token },
      looks: 0,
      outputs: this.outputs.get(stack.stackName) ?? {},
    });
    return 'started';
  }

  public async delete(stack: Pick<StackDefinition, 'stackName'>, token: string): Promise<void> {
    const kept = this.stacks.get(stack.stackName);
    if (!kept) return;
    this.begun.push(`delete ${stack.stackName}`);
    Object.assign(kept, { status: 'DELETE_IN_PROGRESS', operation: { token }, looks: 0 });
  }

  public async lastOperation(stackId: string): Promise<StackOperation> {
    return [...this.stacks.values()].find(kept => kept.stackId === stackId)?.operation ?? {};
  }

  /** Deletes a stack behind our back. */
  public lose(stackName: string): void {
    this.stacks.delete(stackName);
  }

  /** A stack that was there before anybody came. */
  public put(
    stackName: string,
    status: string,
    parameters: Record<string, string> = {},
    token = 'manual',
    foreign?: Foreign,
  ): void {
    this.stacks.set(stackName, {
      stackId: `arn:aws:cloudformation:${this.region}:${this.accountId}:stack/${stackName}/${++this.count}`,
      createdAt: this.clock(),
      foreign,
      status,
      operation: { token },
      outputs: this.outputs.get(stackName) ?? {},
      looks: 0,
      definition: { stackName, template: { body: '' }, parameters, tags: foreign?.tags ?? {}, capabilities: [] },
    });
  }

  /** Id of the stack that is there under a name that fits. */
  public idOf(name: RegExp): string | undefined {
    return [...this.stacks].find(([stackName]) => name.test(stackName))?.[1].stackId;
  }

  /** Whether a stack is being created; does not count as a look. */
  public isCreating(name: RegExp): boolean {
    return [...this.stacks].some(([stackName, { status }]) => name.test(stackName) && status === 'CREATE_IN_PROGRESS');
  }

  public definition(stackName: string): StackDefinition | undefined {
    return this.stacks.get(stackName)?.definition;
  }

  private look(stackName: string, kept: Kept): void {
    if (kept.status.endsWith('_IN_PROGRESS') && ++kept.looks > 1) this.settle(stackName, kept);
  }

  private settle(stackName: string, kept: Kept): void {
    const failure = this.failures.get(stackName);
    this.failures.delete(stackName);
    const action = kept.status.replace('_IN_PROGRESS', '');
    if (!failure) {
      kept.status = `${action}_COMPLETE`;
      if (action === 'DELETE') this.stacks.delete(stackName);
      return;
    }
    kept.status =
      action === 'CREATE' ? 'ROLLBACK_COMPLETE' : action === 'UPDATE' ? 'UPDATE_ROLLBACK_COMPLETE' : 'DELETE_FAILED';
    kept.operation = { ...kept.operation, failure };
  }
}
