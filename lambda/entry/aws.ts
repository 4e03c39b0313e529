import * as https from 'node:https';
import { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { WaiterInput } from '../../src/kinds/contract';
import { clientDefaults } from '../shared/clients';

/** The calls of the entry function, besides those of the registry. */
export interface Outbound {
  /** Starts the waiter. A second start with the same name does nothing. */
  startWaiter(name: string, input: WaiterInput): Promise<void>;
  /** Sends a response to CloudFormation. */
  putResponse(responseUrl: string, body: string): Promise<void>;
}

const TIMEOUT_MILLISECONDS = 10_000;

/** The calls through the AWS SDK and HTTPS. */
export class AwsOutbound implements Outbound {
  private readonly client = new SFNClient(clientDefaults());

  public constructor(private readonly waiterArn: string) {}

  public async startWaiter(name: string, input: WaiterInput): Promise<void> {
    try {
      await this.client.send(
        new StartExecutionCommand({
          stateMachineArn: this.waiterArn,
          name,
          input: JSON.stringify(input),
        }),
      );
    } catch (error) {
      if (!(error instanceof ExecutionAlreadyExists)) throw error;
    }
  }

  public async putResponse(responseUrl: string, body: string): Promise<void> {
    const { hostname, pathname, search } = new URL(responseUrl);
    const headers = { 'content-type': '', 'content-length': Buffer.byteLength(body) };
    await new Promise<void>((resolve, reject) => {
      const request = https.request({ hostname, path: pathname + search, method: 'PUT', headers }, response => {
        response.resume();
        const { statusCode = 0 } = response;
        if (statusCode < 400) resolve();
        else reject(transient(`the response URL of CloudFormation returned HTTP status ${statusCode}`));
      });
      request.setTimeout(TIMEOUT_MILLISECONDS, () =>
        request.destroy(transient('the response URL of CloudFormation timed out')),
      );
      request.on('error', reject);
      request.end(body);
    });
  }
}

/** A transient error without the URL, which is a secret. */
function transient(message: string): Error {
  return Object.assign(new Error(message), { $retryable: {} });
}
