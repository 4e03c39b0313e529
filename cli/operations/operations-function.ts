import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { explainError } from './explain-error';
import type {
  OperationResponse, OperationRequest, ReconcileOperation, ReconcileResponse,
} from '../../src/operations/contract';
import { NAMES } from '../../src/private/contract';

/** Without a limit, a network that drops all packets would block the command for minutes. */
const CLIENT_CONFIG = { requestHandler: { connectionTimeout: 5000 } };

/** What the commands need of `OperationsFunction`. */
export type OperationsClient = Pick<OperationsFunction, 'callerArn' | 'invoke'>;

/** What `reconcile` needs of `OperationsFunction`. */
export type ReconcileClient = Pick<OperationsFunction, 'callerArn' | 'reconcile'>;

/** The function in the CICD account that operates all pipelines. Uses the AWS credentials of the environment. */
export class OperationsFunction {
  private readonly lambda: LambdaClient;
  private readonly sts: STSClient;

  public constructor() {
    // a warning about a future Node.js version must not distract an operator
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
    this.lambda = new LambdaClient(CLIENT_CONFIG);
    this.sts = new STSClient(CLIENT_CONFIG);
  }

  /** Returns the ARN of the principal that the credentials belong to. */
  public async callerArn(): Promise<string> {
    return withExplanation(async () => (await this.sts.send(new GetCallerIdentityCommand({}))).Arn ?? '');
  }

  public async invoke<Outcome>(
    request: Exclude<OperationRequest, ReconcileOperation>,
  ): Promise<OperationResponse<Outcome>> {
    return await this.send(request) as OperationResponse<Outcome>;
  }

  public async reconcile(request: ReconcileOperation): Promise<ReconcileResponse> {
    return await this.send(request) as ReconcileResponse;
  }

  private async send(request: OperationRequest): Promise<unknown> {
    const { Payload, FunctionError } = await withExplanation(async () => this.lambda.send(new InvokeCommand({
      FunctionName: NAMES.operationsFunction, Payload: JSON.stringify(request),
    })));
    const response: unknown = JSON.parse(Payload?.transformToString() || '{}');
    if (FunctionError) throw new Error((response as { errorMessage?: string }).errorMessage ?? FunctionError);
    return response;
  }
}

async function withExplanation<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    throw error instanceof Error ? explainError(error) : error;
  }
}
