import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { LambdaClientConfig } from '@aws-sdk/client-lambda';
import type { CustomTrafficEvent } from '../../../src/blue-green/contract';
import type { TrafficFunction } from '../custom';
import { TrafficFunctionError } from '../custom';
import { inWords } from '../errors';
import type { Subject } from '../errors';

/** A Lambda function. */
export class LambdaTrafficFunction implements TrafficFunction {
  private readonly client: LambdaClient;
  private readonly subject: Subject;

  public constructor(
    private readonly functionArn: string,
    roleArn: string,
    config: LambdaClientConfig,
  ) {
    this.client = new LambdaClient(config);
    this.subject = {
      what: `function '${functionArn}'`,
      missing: ['ResourceNotFoundException'],
      advice: 'deploy the stack that defines it, then try again',
      roleArn,
    };
  }

  public async invoke(event: CustomTrafficEvent): Promise<unknown> {
    const { FunctionError: failed, Payload: payload } = await inWords(this.subject, () =>
      this.client.send(new InvokeCommand({ FunctionName: this.functionArn, Payload: JSON.stringify(event) })),
    );
    const text = Buffer.from(payload ?? []).toString('utf8');
    const answer: unknown = text === '' ? undefined : JSON.parse(text);
    if (failed === undefined) return answer ?? undefined;
    const { errorType = failed, errorMessage = text } = Object(answer);
    throw new TrafficFunctionError(String(errorType), String(errorMessage));
  }
}
