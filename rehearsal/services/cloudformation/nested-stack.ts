import * as v from 'valibot';
import { templateBody, StackInput } from './requests';
import { asText } from './scope';
import type { Stack } from './stack';
import type { StackRequest, Stacks } from './stacks';
import { Identifiers } from '../../core/identifiers';
import { read, tagRecord, Tags } from '../../core/protocol/read';
import {
  AwsError,
  ResourceFailure,
  type Provisioned,
  type ResourceContext,
  type ResourceType,
} from '../../core/service';
import type { S3 } from '../s3/service';

const NestedStackProperties = v.object({
  TemplateURL: v.string(),
  Parameters: v.optional(v.record(v.string(), v.unknown()), {}),
  Tags,
});

/** `AWS::CloudFormation::Stack`. */
export class NestedStackType implements ResourceType {
  private readonly identifiers = new Identifiers('nested-stack');

  public constructor(
    private readonly stacks: Stacks,
    private readonly s3: S3,
  ) {}

  public async create(properties: Record<string, unknown>, context: ResourceContext): Promise<Provisioned> {
    const stack = this.stacks.create(this.request(properties, context, this.identifiers.physicalName(context, 128)));
    const cancelled = await ended(stack, context.cancelled);
    if (stack.status === 'CREATE_COMPLETE') return provisioned(stack);
    throw new ResourceFailure(cancelled ? 'Resource creation cancelled' : failure(stack, 'created'), stack.id);
  }

  public async update(
    id: string,
    properties: Record<string, unknown>,
    _before: unknown,
    context: ResourceContext,
  ): Promise<Provisioned> {
    const { accountId, region, stackId, actor: caller } = context;
    const stack = this.stacks.get(accountId, region, id);
    // then the parent continues its rollback
    const isContinued = stack.status === 'UPDATE_ROLLBACK_FAILED';
    try {
      if (isContinued) {
        const skipped = this.stacks.get(accountId, region, stackId).skippedInNestedStacks;
        const own = withoutPrefix(skipped, stack.name);
        this.stacks.continueRollback(accountId, region, id, { skipped: [...own, ...skipped], caller });
      } else {
        this.stacks.update(this.request(properties, context, stack.name));
      }
    } catch (error) {
      if (error instanceof AwsError && error.message.startsWith('No updates')) return provisioned(stack);
      throw error;
    }
    const cancelled = await ended(stack, context.cancelled);
    if (stack.status === (isContinued ? 'UPDATE_ROLLBACK_COMPLETE' : 'UPDATE_COMPLETE')) return provisioned(stack);
    throw new Error(cancelled ? 'Resource update cancelled' : failure(stack, 'updated'));
  }

  public async remove(id: string, _properties: unknown, context: ResourceContext): Promise<void> {
    const stack = this.stacks.remove(context.accountId, context.region, id, undefined, { caller: context.actor });
    await stack?.operation;
    if (stack && !stack.deleted) throw new Error(failure(stack, 'deleted'));
  }

  private request(given: Record<string, unknown>, context: ResourceContext, name: string): StackRequest {
    const { accountId, region } = context;
    const properties = read(NestedStackProperties, given);
    const body =
      templateBody(read(StackInput, { StackName: name, TemplateURL: properties.TemplateURL }), this.s3, accountId)
      ?? '';
    const parameters = Object.fromEntries(
      Object.entries(properties.Parameters).map(([key, value]) => [key, asText(value)]),
    );
    // the capabilities of the parent do not cover the nested template
    const tags = { ...context.tags, ...tagRecord(properties.Tags) };
    return {
      accountId,
      region,
      name,
      body,
      parameters,
      tags,
      capabilities: ['CAPABILITY_NAMED_IAM'],
      caller: context.actor,
      parentId: context.stackId,
    };
  }
}

/**
 * Waits for the end of the operation. Returns whether it was cancelled because the parent does not need it any more.
 */
async function ended(stack: Stack, cancelled: AbortSignal | undefined): Promise<boolean> {
  const cancel = (): void => stack.cancel?.();
  cancelled?.addEventListener('abort', cancel, { once: true });
  await stack.operation;
  cancelled?.removeEventListener('abort', cancel);
  return cancelled?.aborted === true;
}

/** Returns the logical ids that `<name>.<logical id>` names in this nested stack. */
function withoutPrefix(names: readonly string[], stackName: string): readonly string[] {
  return names.filter(name => name.startsWith(`${stackName}.`)).map(name => name.slice(stackName.length + 1));
}

function failure({ id, failure: cause }: Stack, what: 'created' | 'updated' | 'deleted'): string {
  return `Embedded stack ${id} was not successfully ${what}: ${cause}`;
}

function provisioned(stack: Stack): Provisioned {
  return {
    id: stack.id,
    attributes: { Outputs: Object.fromEntries(stack.outputs.map(({ key, value }) => [key, value])) },
  };
}
