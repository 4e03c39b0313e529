import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
  paginateDescribeStackEvents,
  paginateDescribeStacks,
  paginateListImports,
} from '@aws-sdk/client-cloudformation';
import type { Stack, StackEvent } from '@aws-sdk/client-cloudformation';
import type { AwsCredentialIdentity } from '@smithy/types';
import type { ListedStack, StackDefinition, StackOperation, StackState, Stacks } from './stack-deployer';
import { clientDefaults } from '../shared/clients';
import { isNamed } from '../shared/errors';

/** CloudFormation through the AWS SDK. */
export class CloudFormationStacks implements Stacks {
  private readonly client: CloudFormationClient;

  public constructor(session: { readonly credentials?: AwsCredentialIdentity; readonly region: string }) {
    this.client = new CloudFormationClient({ ...clientDefaults(), ...session });
  }

  public async list(): Promise<readonly ListedStack[]> {
    const stacks: ListedStack[] = [];
    const pages = paginateDescribeStacks({ client: this.client }, {});
    for await (const { Stacks = [] } of pages) stacks.push(...Stacks.map(listed));
    return stacks;
  }

  public async importers(exportName: string): Promise<readonly string[]> {
    const names: string[] = [];
    try {
      const pages = paginateListImports({ client: this.client }, { ExportName: exportName });
      for await (const { Imports = [] } of pages) names.push(...Imports);
    } catch (error) {
      if (!isValidationError(error, /not imported by any stack/)) throw error;
    }
    return names;
  }

  public async describe(stackName: string): Promise<StackState | undefined> {
    try {
      const [stack] = (await this.client.send(new DescribeStacksCommand({ StackName: stackName }))).Stacks ?? [];
      if (!stack) return undefined;
      return {
        stackId: stack.StackId ?? '',
        createdAt: stack.CreationTime?.getTime() ?? 0,
        status: stack.StackStatus ?? '',
        ...(stack.StackStatusReason && { statusReason: stack.StackStatusReason }),
        parameters: valuesOf((stack.Parameters ?? []).map(item => [item.ParameterKey, item.ParameterValue])),
        outputs: valuesOf((stack.Outputs ?? []).map(item => [item.OutputKey, item.OutputValue])),
        tags: tagsOf(stack),
      };
    } catch (error) {
      if (isValidationError(error, /does not exist/)) return undefined;
      throw error;
    }
  }

  public async resources(stackName: string): Promise<Readonly<Record<string, string>>> {
    const command = new DescribeStackResourcesCommand({ StackName: stackName });
    const { StackResources = [] } = await this.client.send(command);
    return valuesOf(StackResources.map(({ LogicalResourceId, ResourceStatus }) => [LogicalResourceId, ResourceStatus]));
  }

  public async create(stack: StackDefinition, token: string): Promise<void> {
    try {
      await this.client.send(new CreateStackCommand({ ...input(stack), ClientRequestToken: token }));
    } catch (error) {
      // an earlier call has succeeded, and its response was lost
      if (!isNamed(error, 'AlreadyExistsException', 'TokenAlreadyExistsException')) throw error;
    }
  }

  public async update(stack: StackDefinition, token: string): Promise<'started' | 'unchanged'> {
    try {
      await this.client.send(new UpdateStackCommand({ ...input(stack), ClientRequestToken: token }));
    } catch (error) {
      if (isValidationError(error, /No updates are to be performed/)) return 'unchanged';
      if (!isNamed(error, 'TokenAlreadyExistsException') && !isValidationError(error, /_IN_PROGRESS/)) throw error;
    }
    return 'started';
  }

  public async delete(stack: Pick<StackDefinition, 'stackName' | 'roleArn'>, token: string): Promise<void> {
    try {
      await this.client.send(
        new DeleteStackCommand({
          StackName: stack.stackName,
          ClientRequestToken: token,
          ...(stack.roleArn && { RoleARN: stack.roleArn }),
        }),
      );
    } catch (error) {
      if (!isNamed(error, 'TokenAlreadyExistsException') && !isValidationError(error, /_IN_PROGRESS/)) throw error;
    }
  }

  public async lastOperation(stackId: string): Promise<StackOperation> {
    const events: StackEvent[] = [];
    for await (const page of paginateDescribeStackEvents({ client: this.client }, { StackName: stackId })) {
      events.push(...(page.StackEvents ?? []));
      if (events.some(event => event.ClientRequestToken !== events[0]?.ClientRequestToken)) break;
    }
    return operationOf(events);
  }
}

/** The last operation of a stack, from its events, newest first. */
export function operationOf(events: readonly Partial<StackEvent>[]): StackOperation {
  const token = events[0]?.ClientRequestToken;
  const other = events.findIndex(event => event.ClientRequestToken !== token);
  const operation = other < 0 ? events : events.slice(0, other);
  const failures = operation.filter(event => event.ResourceStatus?.endsWith('_FAILED'));
  // the last event failed first; resources that were cancelled because of it say so, and the stack repeats the others
  const isCancelled = (event: Partial<StackEvent>) => /cancelled/i.test(event.ResourceStatusReason ?? '');
  const resources = failures.filter(event => event.PhysicalResourceId !== event.StackId && !isCancelled(event));
  const first = resources.at(-1) ?? failures.at(-1);
  return {
    ...(token && { token }),
    ...(first && { failure: failureOf(first) }),
  };
}

function failureOf({
  LogicalResourceId,
  ResourceType,
  ResourceStatusReason,
  ResourceStatus,
}: Partial<StackEvent>): string {
  return `${LogicalResourceId} (${ResourceType}): ${ResourceStatusReason ?? ResourceStatus}`;
}

type Entry = readonly [name: string | undefined, value: string | undefined];

function valuesOf(entries: readonly Entry[]): Readonly<Record<string, string>> {
  return Object.fromEntries(entries.map(([name = '', value = '']) => [name, value]));
}

function tagsOf({ Tags = [] }: Stack): Readonly<Record<string, string>> {
  return valuesOf(Tags.map(({ Key, Value }) => [Key, Value]));
}

function listed(stack: Stack): ListedStack {
  return {
    stackId: stack.StackId ?? '',
    stackName: stack.StackName ?? '',
    status: stack.StackStatus ?? '',
    createdAt: stack.CreationTime ?? new Date(0),
    ...(stack.RoleARN && { roleArn: stack.RoleARN }),
    isNested: stack.ParentId !== undefined,
    isProtected: stack.EnableTerminationProtection ?? false,
    tags: tagsOf(stack),
    exports: (stack.Outputs ?? []).flatMap(({ ExportName }) => ExportName ?? []),
  };
}

function isValidationError(error: unknown, pattern: RegExp): boolean {
  return isNamed(error, 'ValidationError') && error instanceof Error && pattern.test(error.message);
}

function templateOf({ template }: StackDefinition) {
  if (template === 'previous') return { UsePreviousTemplate: true };
  return 'body' in template ? { TemplateBody: template.body } : { TemplateURL: template.url };
}

function input(stack: StackDefinition) {
  return {
    StackName: stack.stackName,
    ...templateOf(stack),
    Parameters: [
      ...Object.entries(stack.parameters).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue })),
      ...(stack.keptParameters ?? []).map(ParameterKey => ({ ParameterKey, UsePreviousValue: true })),
    ],
    Tags: Object.entries(stack.tags).map(([Key, Value]) => ({ Key, Value })),
    Capabilities: [...stack.capabilities],
    ...(stack.roleArn && { RoleARN: stack.roleArn }),
  };
}
