import type { Call, Permission, Permissions } from './service';

type Table = Record<string, Permissions>;

/** Prefix of actions and ARNs by the name of the service in signatures, where they differ. */
const PREFIXES: Readonly<Record<string, string>> = {
  cloudcontrolapi: 'cloudformation', monitoring: 'cloudwatch', tagging: 'tag',
};

/** Permissions of operations that need the action of the same name on one resource. */
export function on(operations: readonly string[], resourceOf: (call: Call) => string): Table {
  return Object.fromEntries(operations.map(name => [name, call => [own(call, resourceOf(call))]]));
}

/** Permissions of operations without resource-level permissions. */
export function everywhere(operations: readonly string[]): Table {
  return on(operations, () => '*');
}

/** The action with the name of the operation. */
export function own(call: Call, resource: string, context?: Permission['context']): Permission {
  return { action: `${prefixOf(call)}:${call.operation}`, resource, context };
}

/** ARN of a resource in the account and the region of a call. */
export function regionalArn(call: Call, resource: string): string {
  return `arn:${partitionOf(call)}:${prefixOf(call)}:${call.region}:${call.caller.accountId}:${resource}`;
}

function prefixOf({ service }: Call): string {
  return PREFIXES[service] ?? service;
}

export function partitionOf(call: Call): string {
  return call.caller.arn.split(':')[1];
}

/** Returns the condition keys for the tags of a request. */
export function requestTags(tags: Readonly<Record<string, string>>): NonNullable<Permission['context']> {
  if (Object.keys(tags).length === 0) return {};
  return {
    'aws:TagKeys': Object.keys(tags),
    ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value])),
  };
}

/** Returns a text member of the input. Validation is left to the operation. */
export function textOf(call: Call, member: string): string {
  const value = call.input[member];
  return typeof value === 'string' ? value : '';
}
