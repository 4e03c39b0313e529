import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { CustomResourceEvent, HandlerResponse, HandlerTools } from './handler';
import { notificationXml, notificationsOfXml, TYPES, type BucketNotifications } from './notification-xml';
import { messageOf } from '../../../core/error-message';

const Rule = v.record(v.string(), v.unknown());
const Configuration = v.object({
  TopicConfigurations: v.optional(v.array(Rule), []),
  QueueConfigurations: v.optional(v.array(Rule), []),
  LambdaFunctionConfigurations: v.optional(v.array(Rule), []),
  EventBridgeConfiguration: v.optional(v.unknown()),
});

/** Does what the handler of bucket notifications does. */
export async function setNotifications(event: CustomResourceEvent, tools: HandlerTools): Promise<HandlerResponse> {
  const details = `See the details in CloudWatch Log Stream: ${tools.logStream}`;
  const id = event.PhysicalResourceId ?? event.LogicalResourceId;
  try {
    await put(event, tools);
    return { status: 'SUCCESS', reason: details, id };
  } catch (error) {
    tools.write(`Failed to put bucket notification configuration: ${messageOf(error)}`);
    return { status: 'FAILED', reason: `Error: ${messageOf(error)}. ${details}`, id };
  }
}

async function put(event: CustomResourceEvent, { client }: HandlerTools): Promise<void> {
  const { RequestType: type, ResourceProperties: given } = event;
  const bucket = String(given.BucketName);
  const wanted = v.parse(Configuration, given.NotificationConfiguration);
  const isManaged = String(given.Managed ?? 'true').toLowerCase() === 'true';
  const request = { service: 's3', path: `/${bucket}`, query: { notification: '' } } as const;
  let configuration: BucketNotifications = type === 'Delete' ? {} : wanted;
  if (!isManaged) {
    const answer = await client.send({
      ...request, operation: 'GetBucketNotificationConfiguration', method: 'GET',
    });
    configuration = merged(event, wanted, notificationsOfXml(answer.body.toString()));
  }
  const skips = String(given.SkipDestinationValidation ?? 'false').toLowerCase() === 'true';
  await client.send({
    ...request,
    operation: 'PutBucketNotificationConfiguration',
    method: 'PUT',
    headers: skips ? { 'x-amz-skip-destination-validation': 'true' } : {},
    body: notificationXml(configuration),
  });
}

/** Adds the notifications of the resource to those that others have set on the bucket. */
function merged(
  { RequestType: type, StackId: stackId, OldResourceProperties: old }: CustomResourceEvent,
  wanted: BucketNotifications,
  existing: BucketNotifications,
): BucketNotifications {
  const before = v.parse(Configuration, old.NotificationConfiguration ?? {});
  const result: Record<string, unknown> = {};
  for (const name of TYPES) {
    const oldIds = new Set((before[name] ?? []).map(rule => idOf(stackId, rule)));
    const isOwn = (rule: Readonly<Record<string, unknown>>): boolean =>
      type === 'Update' ? oldIds.has(idOf(stackId, rule))
        : type === 'Delete' && String(rule.Id).startsWith(`${stackId}-`);
    const others = (existing[name] ?? []).filter(rule => !isOwn(rule));
    const own = type === 'Delete' ? [] : (wanted[name] ?? []).map(rule => ({ ...rule, Id: idOf(stackId, rule) }));
    result[name] = [...others, ...own];
  }
  // it is unknown who has set it
  const eventBridge = (type === 'Delete' ? undefined : wanted.EventBridgeConfiguration)
    ?? existing.EventBridgeConfiguration;
  return { ...result, ...eventBridge !== undefined && { EventBridgeConfiguration: {} } };
}

/** Returns an id that depends on the stack and the content of a rule. */
function idOf(stackId: string, rule: Readonly<Record<string, unknown>>): string {
  const content = JSON.stringify(sorted({ ...rule, Id: '' })).replace(/"Name":"(prefix|suffix)"/gi, match =>
    match.toLowerCase());
  return `${stackId}-${createHash('sha256').update(content).digest('hex').slice(0, 16)}`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sorted).sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)).map(([key, item]) => [key, sorted(item)]),
  );
}
