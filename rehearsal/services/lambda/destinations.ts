import * as v from 'valibot';
import { read } from '../../core/protocol/read';
import type { Permission, Provisioned, ResourceContext, ResourceType } from '../../core/service';
import type { EmittedEvent } from '../events/service';

const Properties = v.object({
  FunctionName: v.string(),
  Qualifier: v.literal('$LATEST', 'the rehearsal knows the latest version of a function only'),
  DestinationConfig: v.optional(
    v.object({ OnSuccess: v.optional(v.object({ Destination: v.optional(v.string()) })) }),
  ),
});

/** Sends an event to a bus with a permission of a function's role. Throws if the permission is missing. */
export type SendResult = (functionArn: string, permission: Permission, event: EmittedEvent) => void;

/** `AWS::Lambda::EventInvokeConfig`: event buses that receive the results of asynchronous invocations. */
export class Destinations implements ResourceType {
  private readonly busArns = new Map<string, string>();

  public constructor(
    private readonly arnOf: (name: string, context: ResourceContext) => string,
    private readonly send: SendResult,
  ) {}

  public async create(input: Record<string, unknown>, context: ResourceContext): Promise<Provisioned> {
    const { FunctionName: name, DestinationConfig: config } = read(Properties, input);
    const destination = config?.OnSuccess?.Destination;
    const functionArn = this.arnOf(name, context);
    if (destination === undefined || !destination.includes(':event-bus/')) this.busArns.delete(functionArn);
    else this.busArns.set(functionArn, destination);
    return { id: name, attributes: {} };
  }

  public async update(
    _id: string,
    input: Record<string, unknown>,
    _before: Record<string, unknown>,
    context: ResourceContext,
  ): Promise<Provisioned> {
    return this.create(input, context);
  }

  public async remove(id: string, _properties: unknown, context: ResourceContext): Promise<void> {
    this.busArns.delete(this.arnOf(id, context));
  }

  /** Sends the result of an invocation, if the function has a destination. */
  public succeeded(functionArn: string, request: string, response: string): void {
    const busArn = this.busArns.get(functionArn);
    if (busArn === undefined) return;
    const permission = {
      action: 'events:PutEvents',
      resource: busArn,
      context: { 'events:source': ['lambda'], 'events:detail-type': RESULT },
    };
    this.send(functionArn, permission, {
      'source': 'lambda',
      'detail-type': RESULT,
      'resources': [busArn, `${functionArn}:$LATEST`],
      'detail': {
        version: '1.0',
        requestContext: { functionArn: `${functionArn}:$LATEST`, condition: 'Success', approximateInvokeCount: 1 },
        requestPayload: JSON.parse(request),
        responseContext: { statusCode: 200, executedVersion: '$LATEST' },
        responsePayload: response === '' ? null : JSON.parse(response),
      },
    });
  }
}

const RESULT = 'Lambda Function Invocation Result - Success';
