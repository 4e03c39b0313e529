import * as v from 'valibot';
import { givenParameters, StackInput, templateBody, validation } from './requests';
import { asText } from './scope';
import type { ResourceState, Stack } from './stack';
import type { StackRequest, Stacks } from './stacks';
import { checkSize } from './template-format';
import { read, tagRecord } from '../../core/protocol/read';
import type { Call, Environment, Operation } from '../../core/service';
import type { S3 } from '../s3/service';

const ByName = v.object({
  StackName: v.string(),
  ClientRequestToken: v.optional(v.string()),
  RoleARN: v.optional(v.string()),
});
const DeleteInput = v.object({
  ...ByName.entries,
  DeletionMode: v.optional(v.picklist(['STANDARD', 'FORCE_DELETE_STACK']), 'STANDARD'),
  RetainResources: v.optional(v.array(v.string()), []),
});
const ContinueInput = v.object({ ...ByName.entries, ResourcesToSkip: v.optional(v.array(v.string())) });
const ProtectionInput = v.object({ StackName: v.string(), EnableTerminationProtection: v.picklist(['true', 'false']) });
const MaybeByName = v.object({ StackName: v.optional(v.string()) });
const ListInput = v.object({ StackStatusFilter: v.optional(v.array(v.string()), []) });
const ExportInput = v.object({ ExportName: v.string() });
const ResourceInput = v.object({ StackName: v.string(), LogicalResourceId: v.optional(v.string()) });

/** API operations of CloudFormation. Stack operations continue after the response. */
export function operations(stacks: Stacks, s3: S3, environment: Environment): Record<string, Operation> {
  return { ...changing(stacks, s3), ...describing(stacks), ...reading(stacks, s3, environment) };
}

function changing(stacks: Stacks, s3: S3): Record<string, Operation> {
  return {
    CreateStack: async call => ({ StackId: stacks.create(requestOf(call, s3)).id }),
    UpdateStack: async call => ({ StackId: stacks.update(requestOf(call, s3, named(stacks, call))).id }),
    DeleteStack: async call => {
      const { caller, region } = call;
      const {
        StackName, ClientRequestToken, RoleARN: roleArn, DeletionMode: mode, RetainResources: retained,
      } = read(DeleteInput, call.input);
      stacks.remove(caller.accountId, region, StackName, ClientRequestToken, {
        caller, roleArn, retained, isForced: mode === 'FORCE_DELETE_STACK',
      });
      return {};
    },
    CancelUpdateStack: async call => {
      const { StackName, ClientRequestToken } = read(ByName, call.input);
      stacks.cancelUpdate(call.caller.accountId, call.region, StackName, ClientRequestToken);
      return {};
    },
    UpdateTerminationProtection: async call => {
      const { StackName, EnableTerminationProtection } = read(ProtectionInput, call.input);
      return {
        StackId: stacks.protect(call.caller.accountId, call.region, StackName, EnableTerminationProtection === 'true')
          .id,
      };
    },
    ContinueUpdateRollback: async call => {
      const { caller, region, input } = call;
      const { StackName, ClientRequestToken: token, RoleARN: roleArn, ResourcesToSkip: skipped } = read(
        ContinueInput, input,
      );
      stacks.continueRollback(caller.accountId, region, StackName, { token, skipped, caller, roleArn });
      return {};
    },
  };
}

function describing(stacks: Stacks): Record<string, Operation> {
  return {
    DescribeStacks: async call => {
      const { StackName } = read(MaybeByName, call.input);
      const { caller: { accountId }, region } = call;
      if (StackName !== undefined) return { Stacks: [describeStack(stacks, stacks.get(accountId, region, StackName))] };
      const found = stacks.of(accountId, region).filter(stack => !stack.deleted);
      return { Stacks: found.map(stack => describeStack(stacks, stack)) };
    },
    ListStacks: async call => {
      const { StackStatusFilter: wanted } = read(ListInput, call.input);
      const found = stacks
        .of(call.caller.accountId, call.region)
        .filter(stack => wanted.length === 0 || wanted.includes(stack.status));
      return { StackSummaries: found.map(stack => summarizeStack(stacks, stack)) };
    },
    DescribeStackEvents: async call => ({ StackEvents: named(stacks, call).events.map(describeEvent).reverse() }),
    DescribeStackResources: async call => {
      const { LogicalResourceId } = read(ResourceInput, call.input);
      return { StackResources: describeResources(named(stacks, call), LogicalResourceId) };
    },
    ListStackResources: async call => ({
      StackResourceSummaries: [...named(stacks, call).states.values()].map(summarizeResource),
    }),
  };
}

function reading(stacks: Stacks, s3: S3, environment: Environment): Record<string, Operation> {
  return {
    GetTemplate: async call => ({
      TemplateBody: named(stacks, call).target.body,
      StagesAvailable: ['Original', 'Processed'],
    }),
    ListExports: async call => ({ Exports: exportsOf(stacks.of(call.caller.accountId, call.region)) }),
    ListImports: async call => {
      const { ExportName: name } = read(ExportInput, call.input);
      const importers = stacks.importers(call.caller.accountId, call.region, name);
      if (importers.length === 0) throw validation(`Export '${name}' is not imported by any stack.`);
      return { Imports: importers };
    },
    ValidateTemplate: async call => {
      const body = templateBody(read(StackInput, { StackName: 'validate', ...call.input }), s3, call.caller.accountId);
      if (body === undefined) throw validation('Either Template URL or Template Body must be specified.');
      checkSize(body);
      return { Parameters: [], Capabilities: [], Description: environment.partition };
    },
  };
}

function named(stacks: Stacks, call: Call): Stack {
  return stacks.get(call.caller.accountId, call.region, read(ByName, call.input).StackName);
}

/** Converts a call to a stack request. `previous` is the stack that an update starts from. */
export function requestOf(call: Call, s3: S3, previous?: Stack): StackRequest {
  const input = read(StackInput, call.input);
  const { accountId } = call.caller;
  const body = templateBody(input, s3, accountId) ?? (input.UsePreviousTemplate ? previous?.target.body : undefined);
  if (body === undefined) throw validation('Either Template URL or Template Body must be specified.');
  return {
    accountId,
    region: call.region,
    name: previous?.name ?? input.StackName,
    body,
    parameters: givenParameters(input),
    tags: input.Tags && tagRecord(input.Tags),
    capabilities: input.Capabilities,
    roleArn: input.RoleARN,
    caller: call.caller,
    token: input.ClientRequestToken,
    onFailure: input.DisableRollback ? 'DO_NOTHING' : input.OnFailure,
    terminationProtection: input.EnableTerminationProtection,
  };
}

/** Returns the stack that a stack is nested in, directly or not. */
function rootOf(stacks: Stacks, stack: Stack): Stack {
  const { accountId, region, options: { parentId } } = stack;
  return parentId === undefined ? stack : rootOf(stacks, stacks.get(accountId, region, parentId));
}

function summarizeStack(stacks: Stacks, stack: Stack): Record<string, unknown> {
  return {
    StackId: stack.id,
    StackName: stack.name,
    ParentId: stack.options.parentId,
    RootId: stack.options.parentId && rootOf(stacks, stack).id,
    CreationTime: new Date(stack.createdAt),
    LastUpdatedTime: stack.updatedAt === undefined ? undefined : new Date(stack.updatedAt),
    DeletionTime: stack.deletionAt === undefined ? undefined : new Date(stack.deletionAt),
    StackStatus: stack.status,
    StackStatusReason: stack.reason,
    DriftInformation: { StackDriftStatus: 'NOT_CHECKED' },
  };
}

function describeStack(stacks: Stacks, stack: Stack): Record<string, unknown> {
  return {
    ...summarizeStack(stacks, stack),
    RoleARN: stack.roleArn,
    Capabilities: stack.options.capabilities,
    EnableTerminationProtection: stack.terminationProtection,
    DisableRollback: false,
    NotificationARNs: [],
    Parameters: Object.entries(stack.target.parameters).map(([ParameterKey, { given, value, secret }]) => ({
      ParameterKey,
      ParameterValue: secret ? '****' : given,
      ResolvedValue: given === asText(value) || secret ? undefined : asText(value),
    })),
    Outputs: stack.outputs.map(({ key, value, description, exportName }) => ({
      OutputKey: key,
      OutputValue: value,
      Description: description,
      ExportName: exportName,
    })),
    Tags: Object.entries(stack.target.tags).map(([Key, Value]) => ({ Key, Value })),
  };
}

function describeEvent(event: Stack['events'][number]): Record<string, unknown> {
  return {
    StackId: event.stackId,
    StackName: event.stackName,
    EventId: event.eventId,
    LogicalResourceId: event.logicalId,
    PhysicalResourceId: event.id,
    ResourceType: event.type,
    Timestamp: new Date(event.at),
    ResourceStatus: event.status,
    ResourceStatusReason: event.reason,
    ClientRequestToken: event.token,
  };
}

function describeResources(stack: Stack, logicalId?: string): Record<string, unknown>[] {
  const found = [...stack.states.values()].filter(state => logicalId === undefined || state.logicalId === logicalId);
  if (logicalId !== undefined && found.length === 0) {
    throw validation(`Resource ${logicalId} does not exist for stack ${stack.name}`);
  }
  return found.map(state => {
    const { LastUpdatedTimestamp: Timestamp, ...summary } = summarizeResource(state);
    return { StackId: stack.id, StackName: stack.name, Timestamp, ...summary };
  });
}

function summarizeResource(state: ResourceState): Record<string, unknown> {
  return {
    LogicalResourceId: state.logicalId,
    PhysicalResourceId: state.id,
    ResourceType: state.type,
    LastUpdatedTimestamp: new Date(state.at),
    ResourceStatus: state.status,
    ResourceStatusReason: state.reason,
  };
}

function exportsOf(stacks: readonly Stack[]): Record<string, unknown>[] {
  return stacks.flatMap(stack => stack.outputs.filter(({ exportName }) => exportName !== undefined)
    .map(({ exportName, value }) => ({ ExportingStackId: stack.id, Name: exportName, Value: value })));
}
