import * as v from 'valibot';
import { AwsError } from '../../core/service';

/** An approval rule template. */
export interface ApprovalTemplate {
  readonly id: string;
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
  readonly description?: string;
  readonly content: string;
  readonly repositories: readonly string[];
  readonly createdAt: number;
}

const Content = v.object({
  Version: v.literal('2018-11-08'),
  DestinationReferences: v.optional(v.array(v.string())),
  Statements: v.array(v.object({
    Type: v.literal('Approvers'),
    NumberOfApprovalsNeeded: v.number(),
    ApprovalPoolMembers: v.optional(v.array(v.string())),
  })),
});

const MAXIMUM_CONTENT = 3000;
const MAXIMUM_REFERENCES = 100;

/** https://docs.aws.amazon.com/codecommit/latest/userguide/how-to-create-template.html */
export function approvalRuleOf(content: string): v.InferOutput<typeof Content> {
  const invalid = (message: string): AwsError => new AwsError('InvalidApprovalRuleTemplateContentException', message);
  if (content.length > MAXIMUM_CONTENT) throw invalid(`The content has more than ${MAXIMUM_CONTENT} characters`);
  const result = v.safeParse(Content, parsed(content));
  if (!result.success) throw invalid(`The content is not valid: ${result.issues[0].message}`);
  const { DestinationReferences = [] } = result.output;
  if (DestinationReferences.length > MAXIMUM_REFERENCES) throw invalid('There are more than 100 references');
  return result.output;
}

/** Whether enough members of the pool have approved. The author of a pull request cannot approve it. */
export function isSatisfied(content: string, approvals: readonly string[], authorArn: string): boolean {
  return approvalRuleOf(content).Statements.every(({ NumberOfApprovalsNeeded: needed, ApprovalPoolMembers: pool }) => {
    const counted = approvals.filter(arn => arn !== authorArn && (!pool || pool.some(member => matches(member, arn))));
    return counted.length >= needed;
  });
}

export function appliesTo(content: string, reference: string): boolean {
  const { DestinationReferences: references } = approvalRuleOf(content);
  return !references || references.some(pattern => matches(pattern, reference));
}

function matches(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map(part => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(text);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
