import * as v from 'valibot';
import { CustomResourceEvent, type CdkHandler } from './handler';
import { HandlerClient } from './handler-client';
import type { Server } from '../../../core/server';
import type { Environment } from '../../../core/service';
import { describeError, exitFailure, timeoutFailure } from '../invocation';
import type { Execution, Invocation, Outcome } from '../runtime-protocol';

interface CdkHandlerOptions {
  readonly handler: CdkHandler;
  readonly variables: Readonly<Record<string, string>>;
  readonly environment: Environment;
  readonly server: Pick<Server, 'answer'>;
  readonly write: (line: string) => void;
}

/** A Python function of the CDK: the rehearsal does what its handler does, with the role of the function. */
export class CdkHandlerExecution implements Execution {
  public alive = true;
  private settle?: (outcome: Outcome) => void;
  private requestId = '';

  public constructor(private readonly options: CdkHandlerOptions) {}

  public async invoke({ requestId, payload }: Omit<Invocation, 'endsAt'>, timeoutSeconds: number): Promise<Outcome> {
    const { clock } = this.options.environment;
    this.requestId = requestId;
    return new Promise<Outcome>(resolve => {
      const cancelDeadline = clock.deadline(timeoutSeconds, timeoutSeconds, () =>
        this.end({ error: timeoutFailure(clock.now(), requestId, timeoutSeconds) }));
      this.settle = outcome => { cancelDeadline(); resolve(outcome); };
      void this.run(payload).then(outcome => this.finish(outcome));
    });
  }

  public kill(): void {
    this.end({ error: exitFailure(this.requestId, 'signal: SIGKILL') });
  }

  private end(outcome: Outcome): void {
    this.alive = false;
    this.finish(outcome);
  }

  private finish(outcome: Outcome): void {
    this.settle?.(outcome);
    this.settle = undefined;
  }

  private async run(payload: string): Promise<Outcome> {
    const { handler, server, environment: { clock }, variables, write } = this.options;
    try {
      const event = v.parse(CustomResourceEvent, JSON.parse(payload));
      const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_REGION: region, AWS_LAMBDA_LOG_STREAM_NAME: logStream } = variables;
      const isAlive = (): boolean => this.alive;
      const client = new HandlerClient({ server, clock, accessKeyId, region, isAlive });
      const tools = { client, clock, logStream, write: (line: string): void => { if (isAlive()) write(line); } };
      const { status, reason, id, data = {} } = await handler(event, tools);
      await client.respond(event.ResponseURL, JSON.stringify({
        Status: status,
        Reason: reason,
        PhysicalResourceId: id,
        StackId: event.StackId,
        RequestId: event.RequestId,
        LogicalResourceId: event.LogicalResourceId,
        NoEcho: false,
        Data: data,
      }));
      return { payload: 'null' };
    } catch (error) {
      return { error: describeError(error) };
    }
  }
}
