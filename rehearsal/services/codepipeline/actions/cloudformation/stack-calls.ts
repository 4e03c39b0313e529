import * as v from 'valibot';
import { AwsError } from '../../../../core/service';
import type { Stack } from '../../../cloudformation/stack';
import { ActionError, type ActionContext } from '../action';

/** What actions of CloudFormation use of the simulated AWS. */
export interface StackService {
  /** Makes a call as the holder of an access key. */
  call(request: {
    readonly service: string;
    readonly operation: string;
    readonly region: string;
    readonly accessKeyId: string;
    readonly input: Record<string, unknown>;
  }): Promise<unknown>;
  find(accountId: string, region: string, nameOrId: string): Stack | undefined;
}

const Described = v.object({
  Stacks: v.array(v.object({
    StackStatus: v.string(),
    Outputs: v.array(v.object({ OutputKey: v.string(), OutputValue: v.string() })),
  })),
});
const ChangeSet = v.object({ Status: v.string(), StatusReason: v.optional(v.string()) });

interface StackState {
  readonly status: string;
  readonly outputs: Readonly<Record<string, string>>;
}

/** Calls CloudFormation with the role of an action. */
export class StackCalls {
  private readonly accessKeyId: string;

  public constructor(
    private readonly service: StackService, private readonly context: ActionContext,
    private readonly stackName: string,
  ) {
    this.accessKeyId = context.actor.credentials().accessKeyId;
  }

  /** @throws ActionError with the error of CloudFormation */
  public async call(operation: string, input: Record<string, unknown> = {}): Promise<unknown> {
    try {
      return await this.send(operation, input);
    } catch (error) {
      if (error instanceof AwsError) throw failed(error);
      throw error;
    }
  }

  /** Returns undefined if the stack does not exist. */
  public async state(): Promise<StackState | undefined> {
    try {
      const { Stacks: [stack] } = v.parse(Described, await this.send('DescribeStacks', {}));
      const outputs = stack.Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]);
      return { status: stack.StackStatus, outputs: Object.fromEntries(outputs) };
    } catch (error) {
      if (error instanceof AwsError && / does not exist$/.test(error.message)) return undefined;
      throw error instanceof AwsError ? failed(error) : error;
    }
  }

  /** Describes a change set, as CodePipeline does until it is created. @throws ActionError without the permission */
  public async assertDescribable(changeSetName: string): Promise<void> {
    await this.call('DescribeChangeSet', { ChangeSetName: changeSetName });
  }

  /** Whether a change set exists that changes nothing, so that it cannot be executed. */
  public async isEmpty(changeSetName: string): Promise<boolean> {
    const { Status: status, StatusReason: reason = '' } = v.parse(
      ChangeSet, await this.call('DescribeChangeSet', { ChangeSetName: changeSetName }),
    );
    return status === 'FAILED' && /didn't contain changes|No updates are to be performed/.test(reason);
  }

  /** Waits for the end of the operation of the stack. @throws ActionError if it failed */
  public async ended(isExpected: (status: string) => boolean): Promise<void> {
    const { caller: { accountId }, region } = this.context.actor;
    const stack = this.service.find(accountId, region, this.stackName);
    if (stack === undefined) return;
    await stack.operation;
    if (isExpected(stack.status)) return;
    throw new ActionError('JobFailed', [
      `Stack ${stack.name} ended in ${stack.status}.`, stack.failure ?? stack.reason ?? '', ...causesOf(stack),
    ].join(' '));
  }

  private async send(operation: string, input: Record<string, unknown>): Promise<unknown> {
    const { region } = this.context.actor;
    return this.service.call({
      service: 'cloudformation',
      operation,
      region,
      accessKeyId: this.accessKeyId,
      input: { StackName: this.stackName, ...input },
    });
  }
}

function failed({ message, statusCode, code }: AwsError): ActionError {
  const isDenied = code.startsWith('AccessDenied');
  return new ActionError(
    isDenied ? 'PermissionError' : 'JobFailed',
    `${message} (Service: AmazonCloudFormation; Status Code: ${statusCode}; Error Code: ${code})`,
  );
}

/** The failed resources of the last operation of a stack. */
function causesOf({ name, events }: Stack): string[] {
  const startedAt = events.map(({ logicalId, status }) => (
    logicalId === name && /^(CREATE|UPDATE|DELETE)_IN_PROGRESS$/.test(status)
  )).lastIndexOf(true);
  return events.slice(Math.max(0, startedAt)).flatMap(({ logicalId, path, status, reason }) => (
    status.endsWith('_FAILED') && reason !== undefined && logicalId !== name ? [`${path ?? logicalId}: ${reason}`] : []
  ));
}
