import {
  CloudFormationClient,
  DeleteStackCommand,
  UpdateTerminationProtectionCommand,
  paginateDescribeStacks,
  paginateListExports,
  paginateListImports,
  paginateListStackResources,
  paginateListStacks,
} from '@aws-sdk/client-cloudformation';
import type { Stack as DescribedStack } from '@aws-sdk/client-cloudformation';
import type { AwsCredentialIdentity } from '@smithy/types';
import { clientDefaults } from '../../shared/clients';
import { isNamed } from '../../shared/errors';
import type { StackPlan } from '../model';
import type { Stack, StackResource, Stacks } from '../ports';

/** The stacks of an account through the SDK. */
export class AwsStacks implements Stacks {
  private readonly clients = new Map<string, CloudFormationClient>();

  /** @param executionRole role of the CDK bootstrap, for stacks whose own role was deleted */
  public constructor(
    private readonly credentials: () => Promise<AwsCredentialIdentity>,
    private readonly executionRole: (region: string) => string,
  ) {}

  public async list(region: string): Promise<readonly Stack[]> {
    const found: Stack[] = [];
    for await (const { Stacks: page = [] } of paginateDescribeStacks({ client: this.client(region) }, {})) {
      found.push(...page.map(stack => stackOf(stack, region)));
    }
    return found;
  }

  public async deleted(region: string, since: number): Promise<readonly StackPlan[]> {
    const found: StackPlan[] = [];
    const pages = paginateListStacks({ client: this.client(region) }, { StackStatusFilter: ['DELETE_COMPLETE'] });
    for await (const { StackSummaries: page = [] } of pages) {
      for (const { StackId: stackId = '', StackName: stackName = '', DeletionTime } of page) {
        if ((DeletionTime?.getTime() ?? 0) >= since) found.push({ stackId, stackName, region });
      }
    }
    return found;
  }

  public async resources({ stackId, region }: StackPlan): Promise<readonly StackResource[]> {
    const found: StackResource[] = [];
    const pages = paginateListStackResources({ client: this.client(region) }, { StackName: stackId });
    for await (const { StackResourceSummaries: page = [] } of pages) {
      for (const { ResourceType: type = '', PhysicalResourceId: id = '', ResourceStatus: status = '' } of page) {
        found.push({ type, id, status });
      }
    }
    return found;
  }

  public async importers(region: string): Promise<ReadonlyMap<string, readonly string[]>> {
    const client = this.client(region);
    const found = new Map<string, string[]>();
    for await (const { Exports = [] } of paginateListExports({ client }, {})) {
      for (const { Name, ExportingStackId } of Exports) {
        const stackName = ExportingStackId?.split('/')[1] ?? '';
        found.set(stackName, [...found.get(stackName) ?? [], ...await this.importersOf(client, Name)]);
      }
    }
    return found;
  }

  public async unprotect({ stackName, region }: StackPlan): Promise<void> {
    await this.client(region).send(
      new UpdateTerminationProtectionCommand({ StackName: stackName, EnableTerminationProtection: false }),
    );
  }

  public async delete(stack: StackPlan, token: string): Promise<void> {
    await this.startDeletion(stack, { ClientRequestToken: token });
  }

  public async deleteRetaining(stack: StackPlan, token: string): Promise<void> {
    await this.startDeletion(stack, { ClientRequestToken: token, DeletionMode: 'FORCE_DELETE_STACK' });
  }

  private async startDeletion(
    { stackId, region }: StackPlan,
    options: { readonly ClientRequestToken: string; readonly DeletionMode?: 'FORCE_DELETE_STACK' },
    roleArn?: string,
  ): Promise<void> {
    const role = roleArn !== undefined && { RoleARN: roleArn };
    try {
      await this.client(region).send(new DeleteStackCommand({ StackName: stackId, ...options, ...role }));
    } catch (error) {
      if (isNamed(error, 'TokenAlreadyExistsException') || isValidation(error, /_IN_PROGRESS/)) return;
      if (roleArn !== undefined || !isValidation(error, /is invalid or cannot be assumed/)) throw error;
      await this.startDeletion({ stackId, stackName: '', region }, options, this.executionRole(region));
    }
  }

  private async importersOf(client: CloudFormationClient, exportName?: string): Promise<readonly string[]> {
    const names: string[] = [];
    try {
      const pages = paginateListImports({ client }, { ExportName: exportName });
      for await (const { Imports = [] } of pages) names.push(...Imports);
    } catch (error) {
      if (!isValidation(error, /not imported by any stack/)) throw error;
    }
    return names;
  }

  private client(region: string): CloudFormationClient {
    const known = this.clients.get(region)
      ?? new CloudFormationClient({ ...clientDefaults(), region, credentials: this.credentials });
    this.clients.set(region, known);
    return known;
  }
}

function stackOf(stack: DescribedStack, region: string): Stack {
  const tags = (stack.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]);
  return {
    stackId: stack.StackId ?? '',
    stackName: stack.StackName ?? '',
    region,
    status: stack.StackStatus ?? '',
    isProtected: stack.EnableTerminationProtection ?? false,
    ...(stack.ParentId !== undefined && { parentId: stack.ParentId }),
    tags: Object.fromEntries(tags),
  };
}

function isValidation(error: unknown, pattern: RegExp): boolean {
  return isNamed(error, 'ValidationError') && error instanceof Error && pattern.test(error.message);
}
