import * as v from 'valibot';
import type { HandlerClient } from './handler-client';
import type { Clock } from '../../../core/clock';

/** The request of CloudFormation. */
export const CustomResourceEvent = v.object({
  RequestType: v.picklist(['Create', 'Update', 'Delete']),
  ResponseURL: v.string(),
  StackId: v.string(),
  RequestId: v.string(),
  LogicalResourceId: v.string(),
  PhysicalResourceId: v.optional(v.string()),
  ResourceProperties: v.record(v.string(), v.unknown()),
  OldResourceProperties: v.optional(v.record(v.string(), v.unknown()), {}),
});
export type CustomResourceEvent = v.InferOutput<typeof CustomResourceEvent>;

/** What a handler uses. */
export interface HandlerTools {
  readonly client: HandlerClient;
  readonly clock: Clock;
  readonly logStream: string;
  readonly write: (line: string) => void;
}

/** What a handler answers. */
export interface HandlerResponse {
  readonly status: 'SUCCESS' | 'FAILED';
  readonly reason: string;
  readonly id: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Does what a handler of the CDK does, which is written in Python. */
export type CdkHandler = (event: CustomResourceEvent, tools: HandlerTools) => Promise<HandlerResponse>;
