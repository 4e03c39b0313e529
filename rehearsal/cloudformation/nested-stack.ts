import * as v from 'valibot';
import { Identifiers } from '../identifiers';
import { read, tagRecord, Tags } from '../protocol/read';
import type { S3 } from '../s3/s3';
import { AwsError, type Provisioned, type ResourceContext, type ResourceType } from '../service';
import { templateBody, StackInput } from './requests';
import { asText } from './scope';
import type { Stack } from './stack';
import type { StackRequest, Stacks } from './stacks';
import { ResourceFailure } from './world';

const NestedStackProperties = v.object({ TemplateURL: v.string(), Parameters: v.optional(v.record(v.string(), v.unknown()), {}), Tags });

/** AWS::CloudFormation::Stack. */
export class NestedStackType implements ResourceType {
  private readonly identifiers = new Identifiers('nested-stack');

  public constructor(private readonly stacks: Stacks, private readonly s3: S3) {}

  public async create(properties: Record<string, unknown>, context: ResourceContext): Promise<Provisioned> {
    const stack = this.stacks.create(this.request(properties, context, this.identifiers.physicalName(context, 128)));
    await stack.operation;
    if (stack.status !== 'CREATE_COMPLETE') {
      throw new ResourceFailure(`Embedded stack ${stack.id} was not successfully created: ${stack.reason}`, stack.id);
    }
    return provisioned(stack);
  }

  public async update(id: string, properties: Record<string, unknown>, _before: unknown, context: ResourceContext): Promise<Provisioned> {
    const stack = this.stacks.get(context.accountId, context.region, id);
    try {
      this.stacks.update(this.request(properties, context, stack.name));
    } catch (error) {
      if (error instanceof AwsError && error.message.startsWith('No updates')) return provisioned(stack);
      throw error;
    }
    await stack.operation;
    if (stack.status !== 'UPDATE_COMPLETE') throw new Error(`Embedded stack ${stack.id} was not successfully updated: ${stack.reason}`);
    return provisioned(stack);
  }

  public async remove(id: string, _properties: unknown, context: ResourceContext): Promise<void> {
    const stack = this.stacks.remove(context.accountId, context.region, id, undefined, { caller: context.actor });
    await stack?.operation;
    if (stack && !stack.deleted) throw new Error(`Embedded stack ${id} was not successfully deleted: ${stack.reason}`);
  }

  private request(given: Record<string, unknown>, context: ResourceContext, name: string): StackRequest {
    const { accountId, region } = context;
    const properties = read(NestedStackProperties, given);
    const body = templateBody(read(StackInput, { StackName: name, TemplateURL: properties.TemplateURL }), this.s3, accountId) ?? '';
    const parameters = Object.fromEntries(Object.entries(properties.Parameters).map(([key, value]) => [key, asText(value)]));
    // the parent's capabilities were checked without looking into the nested template
    const tags = { ...context.tags, ...tagRecord(properties.Tags) };
    return { accountId, region, name, body, parameters, tags, capabilities: ['CAPABILITY_NAMED_IAM'], caller: context.actor, parentId: context.stackId };
  }
}

function provisioned(stack: Stack): Provisioned {
  return { id: stack.id, attributes: { Outputs: Object.fromEntries(stack.outputs.map(({ key, value }) => [key, value])) } };
}
