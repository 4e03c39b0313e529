import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { explained } from './explain-error';
import type { OperationAnswer, OperationRequest } from '../../src/operations/contract';
import { NAMES } from '../../src/private/contract';

/** Where no packet comes back the system alone would try for minutes. */
const IMPATIENT = { requestHandler: { connectionTimeout: 5000 } };

/** What the commands need of it. */
export type Operated = Pick<OperationsFunction, 'caller' | 'invoke'>;

/** The function in the CICD account that operates all pipelines, called with the credentials of this machine. */
export class OperationsFunction {
  private readonly lambda: LambdaClient;
  private readonly sts: STSClient;

  public constructor() {
    // what will be true of Node.js next year is nothing for whoever wants to halt a pipeline now
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
    this.lambda = new LambdaClient(IMPATIENT);
    this.sts = new STSClient(IMPATIENT);
  }

  /** ARN of whoever the credentials belong to. */
  public async caller(): Promise<string> {
    return inWords(async () => (await this.sts.send(new GetCallerIdentityCommand({}))).Arn ?? '');
  }

  public async invoke<Outcome>(request: OperationRequest): Promise<OperationAnswer<Outcome>> {
    const { Payload, FunctionError } = await inWords(async () => this.lambda.send(new InvokeCommand({
      FunctionName: NAMES.operationsFunction, Payload: JSON.stringify(request),
    })));
    const answer: unknown = JSON.parse(Payload?.transformToString() || '{}');
    if (FunctionError) throw new Error((answer as { errorMessage?: string }).errorMessage ?? FunctionError);
    return answer as OperationAnswer<Outcome>;
  }
}

async function inWords<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    throw error instanceof Error ? explained(error) : error;
  }
}
