import type { ResponseRequest, Outcome, ResourceRequest } from '../../src/kinds/contract';

/**
 * The response to CloudFormation:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
 */
export interface CloudFormationResponse {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason?: string;
  readonly PhysicalResourceId: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly Data?: object;
}

/** Limit of CloudFormation. */
const MAX_RESPONSE_BYTES = 4096;
/** Leaves enough bytes for the ids of the response. */
const MAX_REASON_BYTES = 2000;

/** The response for the outcome of a request. */
export function responseOf({ request, outcome, crash }: ResponseRequest): CloudFormationResponse {
  if (outcome?.state !== 'complete') return failedResponse(request, reasonOf(outcome, crash));
  const response = { ...identity(request), Status: 'SUCCESS' as const, Data: outcome.data };
  const bytes = Buffer.byteLength(JSON.stringify(response));
  if (bytes <= MAX_RESPONSE_BYTES) return response;
  return failedResponse(
    request,
    `the attributes of '${request.logicalId}' make a response of ${bytes} bytes, but CloudFormation `
      + `accepts ${MAX_RESPONSE_BYTES}: read fewer or shorter values`,
  );
}

export function failedResponse(request: ResourceRequest, reason: string): CloudFormationResponse {
  return { ...identity(request), Status: 'FAILED', Reason: shortened(reason) };
}

function identity({ physicalId, stackId, requestId, logicalId }: ResourceRequest) {
  return { PhysicalResourceId: physicalId, StackId: stackId, RequestId: requestId, LogicalResourceId: logicalId };
}

function reasonOf(outcome: Outcome | undefined, crash: ResponseRequest['crash']): string {
  if (outcome?.state === 'failed') return outcome.reason;
  return (
    `the function failed several times: ${crash?.Error ?? 'unknown error'}: ${messageOf(crash?.Cause)}; `
    + 'deploy again; if it fails again, see its log'
  );
}

/** Step Functions reports the error of a function in JSON. */
function messageOf(cause = ''): string {
  try {
    const { errorMessage = cause }: { errorMessage?: string } = JSON.parse(cause);
    return errorMessage;
  } catch {
    return cause;
  }
}

function shortened(reason: string): string {
  let text = reason;
  while (Buffer.byteLength(JSON.stringify(text)) > MAX_REASON_BYTES) {
    text = text.slice(0, Math.floor(text.length * 0.9));
  }
  return text === reason ? reason : `${text} …`;
}
