import type { AnswerRequest, Outcome, ResourceRequest } from '../../src/kinds/contract';

/** The answer to CloudFormation: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html */
export interface CloudFormationAnswer {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason?: string;
  readonly PhysicalResourceId: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly Data?: object;
}

/** CloudFormation takes no longer answer, in bytes. */
const LONGEST_ANSWER = 4096;
/** The ids of an answer take less than the rest. */
const LONGEST_REASON = 2000;

export function answerOf({ request, outcome, crash }: AnswerRequest): CloudFormationAnswer {
  if (outcome?.state !== 'complete') return failure(request, reasonOf(outcome, crash));
  const answer = { ...identity(request), Status: 'SUCCESS' as const, Data: outcome.data };
  const bytes = Buffer.byteLength(JSON.stringify(answer));
  if (bytes <= LONGEST_ANSWER) return answer;
  return failure(request, `the attributes of '${request.logicalId}' make an answer of ${bytes} bytes, but CloudFormation `
    + `accepts ${LONGEST_ANSWER}: read fewer or shorter values`);
}

export function failure(request: ResourceRequest, reason: string): CloudFormationAnswer {
  return { ...identity(request), Status: 'FAILED', Reason: shortened(reason) };
}

function identity({ physicalId, stackId, requestId, logicalId }: ResourceRequest) {
  return { PhysicalResourceId: physicalId, StackId: stackId, RequestId: requestId, LogicalResourceId: logicalId };
}

function reasonOf(outcome: Outcome | undefined, crash: AnswerRequest['crash']): string {
  if (outcome?.state === 'failed') return outcome.reason;
  return `the handler failed several times: ${crash?.Error ?? 'unknown error'}: ${messageOf(crash?.Cause)}; `
    + 'deploy again, and look into its log if it fails again';
}

/** Step Functions reports the error of a function as JSON. */
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
  while (Buffer.byteLength(JSON.stringify(text)) > LONGEST_REASON) text = text.slice(0, Math.floor(text.length * 0.9));
  return text === reason ? reason : `${text} …`;
}
