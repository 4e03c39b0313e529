import * as https from 'node:https';
import { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { WaiterInput } from '../../src/kinds/contract';
import { clientDefaults } from '../shared/clients';

/** What the entry function needs besides the registry. */
export interface Outside {
  /** Starts the waiter under a name; a second start under the same name does nothing. */
  start(name: string, input: WaiterInput): Promise<void>;
  /** Puts an answer where CloudFormation reads it. */
  put(responseUrl: string, body: string): Promise<void>;
}

const PUT_MILLISECONDS = 10_000;

export class AwsOutside implements Outside {
  private readonly client = new SFNClient(clientDefaults());

  public constructor(private readonly waiterArn: string) {}

  public async start(name: string, input: WaiterInput): Promise<void> {
    try {
      await this.client.send(new StartExecutionCommand({ stateMachineArn: this.waiterArn, name, input: JSON.stringify(input) }));
    } catch (error) {
      if (!(error instanceof ExecutionAlreadyExists)) throw error;
    }
  }

  public async put(responseUrl: string, body: string): Promise<void> {
    const { hostname, pathname, search } = new URL(responseUrl);
    const headers = { 'content-type': '', 'content-length': Buffer.byteLength(body) };
    await new Promise<void>((resolve, reject) => {
      const request = https.request({ hostname, path: pathname + search, method: 'PUT', headers }, response => {
        response.resume();
        const { statusCode = 0 } = response;
        if (statusCode < 400) resolve();
        else reject(transient(`CloudFormation's answer address responded with status ${statusCode}`));
      });
      request.setTimeout(PUT_MILLISECONDS, () => request.destroy(transient('CloudFormation\'s answer address did not respond')));
      request.on('error', reject);
      request.end(body);
    });
  }
}

/** An error without the address, which is a secret. */
function transient(message: string): Error {
  return Object.assign(new Error(message), { $retryable: {} });
}
