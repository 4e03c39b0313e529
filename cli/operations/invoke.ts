import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { OperationAnswer, OperationRequest } from '../../src/operations/contract';
import { NAMES } from '../../src/private/contract';

/** The function in the CICD account that operates all pipelines, called with the credentials of this machine. */
export class OperationsFunction {
  private readonly lambda: LambdaClient;
  private readonly sts: STSClient;

  public constructor() {
    // what will be true of Node.js next year is nothing for whoever wants to halt a pipeline now
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
    this.lambda = new LambdaClient({});
    this.sts = new STSClient({});
  }

  /** ARN of whoever the credentials belong to. */
  public async caller(): Promise<string> {
    return inWords(async () => (await this.sts.send(new GetCallerIdentityCommand({}))).Arn ?? '');
  }

  public async invoke<Outcome>(request: OperationRequest): Promise<readonly Outcome[]> {
    const { Payload, FunctionError } = await inWords(async () => this.lambda.send(new InvokeCommand({
      FunctionName: NAMES.operationsFunction, Payload: JSON.stringify(request),
    })));
    const answer: unknown = JSON.parse(Payload?.transformToString() || '{}');
    if (FunctionError) throw new Error((answer as { errorMessage?: string }).errorMessage ?? FunctionError);
    return (answer as OperationAnswer<Outcome>).pipelines;
  }
}

async function inWords<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    throw error instanceof Error ? explained(error) : error;
  }
}

const SIGN_IN = 'sign in to the CICD account and name the profile in AWS_PROFILE, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';

function explained(error: Error): Error {
  const because = (words: string): Error => new Error(words, { cause: error });
  if (error.name === 'CredentialsProviderError') return because(`there are no credentials: ${SIGN_IN} (${error.message})`);
  if (error.message.startsWith('Region is missing')) return because('there is no region: set AWS_REGION to the one that the organization is deployed in');
  if (['ExpiredTokenException', 'ExpiredToken', 'InvalidClientTokenId', 'UnrecognizedClientException'].includes(error.name)) {
    return because(`the credentials are no longer valid: ${SIGN_IN} (${error.message})`);
  }
  if (error.name === 'ResourceNotFoundException') {
    return because(`there is no function '${NAMES.operationsFunction}' in this account and region: deploy the organization first, or use the credentials `
      + `and the region (AWS_REGION) of the CICD account (${error.message})`);
  }
  if (error.name === 'AccessDeniedException') {
    return because(`you may not operate the pipelines: let organization.grantOperate(…) allow it to your role (${error.message})`);
  }
  return error;
}
