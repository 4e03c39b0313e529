import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { TrafficFinding, TrafficInput } from '../../src/blue-green/release/contract';
import { clientDefaults } from '../shared/clients';

/** The traffic of blue/green environments, which only the function of their releases can read and change. */
export interface EnvironmentTraffic {
  /** @throws an error with the name and the message of the one in the function */
  ask(functionArn: string, input: TrafficInput): Promise<TrafficFinding>;
}

/** The function of the releases through the AWS SDK. */
export class ReleaseTraffic implements EnvironmentTraffic {
  private readonly client = new LambdaClient(clientDefaults());

  public async ask(functionArn: string, input: TrafficInput): Promise<TrafficFinding> {
    const { FunctionError: failed, Payload: payload } = await this.client.send(
      new InvokeCommand({ FunctionName: functionArn, Payload: Buffer.from(JSON.stringify(input)) }),
    );
    const text = Buffer.from(payload ?? []).toString('utf8');
    if (failed === undefined) return JSON.parse(text) as TrafficFinding;
    const { errorType, errorMessage } = JSON.parse(text) as { errorType?: string; errorMessage?: string };
    const error = new Error(errorMessage ?? `function '${functionArn}' failed: see its log`);
    error.name = errorType ?? error.name;
    throw error;
  }
}
