import { createHash } from 'node:crypto';
import type { CodeCommitClient } from '@aws-sdk/client-codecommit';
import {
  AssociateApprovalRuleTemplateWithRepositoryCommand, CreateApprovalRuleTemplateCommand,
  DeleteApprovalRuleTemplateCommand, DisassociateApprovalRuleTemplateFromRepositoryCommand,
  GetApprovalRuleTemplateCommand, paginateListAssociatedApprovalRuleTemplatesForRepository,
  UpdateApprovalRuleTemplateContentCommand,
} from '@aws-sdk/client-codecommit';
import type { BranchReview } from '../../../src/branch/contract';
import { NAMES } from '../../../src/private/contract';
import { isNamed } from '../../shared/errors';
import { BranchMovedError, SourceError } from '../source';

/** Destinations of a template. https://docs.aws.amazon.com/codecommit/latest/userguide/limits.html */
const MAX_REFERENCES = 100;

interface Template {
  readonly name: string;
  readonly references: readonly string[];
  readonly sha256?: string;
}

/**
 * The approval rule templates of a repository: one for all branches with the same review, because a repository has at
 * most 25. https://docs.aws.amazon.com/codecommit/latest/userguide/approval-rule-templates.html
 */
export class Reviews {
  public constructor(private readonly client: CodeCommitClient, private readonly repositoryName: string) {}

  /** Requires a review of pull requests to a branch, or none. It may be repeated. */
  public async require(branchName: string, review: BranchReview | undefined): Promise<void> {
    const reference = `refs/heads/${branchName}`;
    const wanted = review && templateName(this.repositoryName, review);
    const templates = await this.templates();
    if (review && wanted !== undefined) await this.add(wanted, review, reference, templates);
    for (const template of templates) {
      if (template.name !== wanted && template.references.includes(reference)) await this.remove(template, reference);
    }
  }

  /** Whether the template of the review names the branch. */
  public async isRequired(branchName: string, review: BranchReview | undefined): Promise<boolean> {
    if (!review) return true;
    const name = templateName(this.repositoryName, review);
    const template = (await this.templates()).find(one => one.name === name);
    return template?.references.includes(`refs/heads/${branchName}`) ?? false;
  }

  private async add(
    name: string, review: BranchReview, reference: string, templates: readonly Template[],
  ): Promise<void> {
    const known = templates.find(template => template.name === name) ?? await this.read(name);
    const references = [...new Set([...known?.references ?? [], reference])].sort();
    if (references.length > MAX_REFERENCES) {
      throw new SourceError(`${references.length} branches have the same requireReview, CodeCommit allows 100`);
    }
    const content = contentOf(review, references);
    if (!known) {
      await this.conditional(() => this.client.send(new CreateApprovalRuleTemplateCommand({
        approvalRuleTemplateName: name,
        approvalRuleTemplateContent: content,
        approvalRuleTemplateDescription: 'Of environments (cdk-org-environments)',
      })));
    } else if (!known.references.includes(reference)) {
      await this.update(known, content);
    }
    await this.client.send(new AssociateApprovalRuleTemplateWithRepositoryCommand({
      approvalRuleTemplateName: name, repositoryName: this.repositoryName,
    }));
  }

  private async remove(template: Template, reference: string): Promise<void> {
    const references = template.references.filter(other => other !== reference);
    const { name: approvalRuleTemplateName } = template;
    if (references.length > 0) {
      const { content = '{}' } = await this.describe(approvalRuleTemplateName) ?? {};
      await this.update(template, JSON.stringify({ ...JSON.parse(content), DestinationReferences: references }));
      return;
    }
    await this.client.send(new DisassociateApprovalRuleTemplateFromRepositoryCommand({
      approvalRuleTemplateName, repositoryName: this.repositoryName,
    }));
    await this.client.send(new DeleteApprovalRuleTemplateCommand({ approvalRuleTemplateName }));
  }

  private async update({ name, sha256 }: Template, newRuleContent: string): Promise<void> {
    await this.conditional(() => this.client.send(new UpdateApprovalRuleTemplateContentCommand({
      approvalRuleTemplateName: name, newRuleContent, existingRuleContentSha256: sha256,
    })));
  }

  /** Another branch with the same review may be changed concurrently. */
  private async conditional(change: () => Promise<unknown>): Promise<void> {
    try {
      await change();
    } catch (error) {
      if (!isNamed(
        error, 'ApprovalRuleTemplateNameAlreadyExistsException', 'InvalidRuleContentSha256Exception',
      )) throw error;
      throw new BranchMovedError('the approval rule template was changed concurrently', error);
    }
  }

  private async templates(): Promise<readonly Template[]> {
    const names: string[] = [];
    const pages = paginateListAssociatedApprovalRuleTemplatesForRepository(
      { client: this.client }, { repositoryName: this.repositoryName },
    );
    for await (const { approvalRuleTemplateNames = [] } of pages) names.push(...approvalRuleTemplateNames);
    const own = names.filter(name => name.startsWith(NAMES.reviewTemplate));
    return (await Promise.all(own.map(async name => this.read(name)))).flatMap(template => template ?? []);
  }

  private async read(name: string): Promise<Template | undefined> {
    const found = await this.describe(name);
    if (!found) return undefined;
    const { DestinationReferences: references = [] }: { DestinationReferences?: string[] } = JSON.parse(found.content);
    return { name, references, ...found.sha256 !== undefined && { sha256: found.sha256 } };
  }

  private async describe(approvalRuleTemplateName: string) {
    try {
      const { approvalRuleTemplate } = await this.client.send(new GetApprovalRuleTemplateCommand({
        approvalRuleTemplateName,
      }));
      const { approvalRuleTemplateContent: content = '{}', ruleContentSha256: sha256 } = approvalRuleTemplate ?? {};
      return { content, sha256 };
    } catch (error) {
      if (isNamed(error, 'ApprovalRuleTemplateDoesNotExistException')) return undefined;
      throw error;
    }
  }
}

function contentOf({ approvals, approvers }: BranchReview, references: readonly string[]): string {
  return JSON.stringify({
    Version: '2018-11-08',
    DestinationReferences: references,
    Statements: [{
      Type: 'Approvers',
      NumberOfApprovalsNeeded: Number(approvals),
      ...approvers && { ApprovalPoolMembers: approvers },
    }],
  });
}

/** Unique in the account and region: the same review of another repository has another template. */
function templateName(repositoryName: string, { approvals, approvers = [] }: BranchReview): string {
  const text = JSON.stringify([repositoryName, approvals, [...approvers].sort()]);
  return `${NAMES.reviewTemplate}${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
}
