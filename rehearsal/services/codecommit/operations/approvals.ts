import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { Clock } from '../../../core/clock';
import { Identifiers } from '../../../core/identifiers';
import { read } from '../../../core/protocol/read';
import { AwsError } from '../../../core/service';
import type { Call, Operation } from '../../../core/service';
import { appliesTo, approvalRuleOf, isSatisfied } from '../approval-rules';
import type { ApprovalTemplate } from '../approval-rules';
import type { PullRequest } from '../pull-requests';
import type { RepositoryStore } from '../store';

const NameInput = v.object({ approvalRuleTemplateName: v.string() });
const CreateInput = v.object({
  approvalRuleTemplateName: v.string(),
  approvalRuleTemplateContent: v.string(),
  approvalRuleTemplateDescription: v.optional(v.string()),
});
const ContentInput = v.object({
  approvalRuleTemplateName: v.string(), newRuleContent: v.string(), existingRuleContentSha256: v.optional(v.string()),
});
const AssociationInput = v.object({ approvalRuleTemplateName: v.string(), repositoryName: v.string() });
const RepositoryInput = v.object({ repositoryName: v.string() });

/** Of a repository. */
const MAXIMUM_TEMPLATES = 25;

/** API operations of approval rule templates. The rules of a pull request are those of the templates. */
export class ApprovalOperations {
  public readonly operations: Record<string, Operation> = {
    CreateApprovalRuleTemplate: async call => this.create(call),
    GetApprovalRuleTemplate: async call => ({ approvalRuleTemplate: described(this.required(call)) }),
    UpdateApprovalRuleTemplateContent: async call => this.update(call),
    DeleteApprovalRuleTemplate: async call => this.remove(call),
    AssociateApprovalRuleTemplateWithRepository: async call => this.associate(call),
    DisassociateApprovalRuleTemplateFromRepository: async call => this.disassociate(call),
    ListAssociatedApprovalRuleTemplatesForRepository: async call => this.list(call),
  };

  private readonly templates = new Map<string, ApprovalTemplate>();
  private readonly identifiers = new Identifiers('approval');

  public constructor(private readonly store: RepositoryStore, private readonly clock: Clock) {}

  public isApproved(pullRequest: PullRequest): boolean {
    return this.evaluation(pullRequest).approvalRulesNotSatisfied.length === 0;
  }

  public evaluation({ accountId, region, repositoryName, destinationReference, approvals, authorArn }: PullRequest) {
    const rules = [...this.templates.values()].filter(template =>
      template.accountId === accountId && template.region === region
      && template.repositories.includes(repositoryName) && appliesTo(template.content, destinationReference));
    const satisfied = rules.filter(({ content }) => isSatisfied(content, approvals, authorArn));
    const others = rules.filter(rule => !satisfied.includes(rule));
    return {
      approved: others.length === 0,
      overridden: false,
      approvalRulesSatisfied: satisfied.map(({ name }) => name),
      approvalRulesNotSatisfied: others.map(({ name }) => name),
    };
  }

  private create(call: Call): unknown {
    const input = read(CreateInput, call.input);
    const { approvalRuleTemplateName: name, approvalRuleTemplateContent: content } = input;
    approvalRuleOf(content);
    const key = keyOf(call, name);
    if (this.templates.has(key)) {
      throw new AwsError('ApprovalRuleTemplateNameAlreadyExistsException', `The template ${name} exists`);
    }
    const template: ApprovalTemplate = {
      id: this.identifiers.uuid(),
      accountId: call.caller.accountId,
      region: call.region,
      name,
      description: input.approvalRuleTemplateDescription,
      content,
      repositories: [],
      createdAt: this.clock.now(),
    };
    this.templates.set(key, template);
    return { approvalRuleTemplate: described(template) };
  }

  private required(call: Call): ApprovalTemplate {
    const { approvalRuleTemplateName: name } = read(NameInput, call.input);
    const found = this.templates.get(keyOf(call, name));
    if (found) return found;
    throw new AwsError('ApprovalRuleTemplateDoesNotExistException', `The template ${name} does not exist`);
  }

  private update(call: Call): unknown {
    const { newRuleContent: content, existingRuleContentSha256: expected } = read(ContentInput, call.input);
    approvalRuleOf(content);
    if (expected !== undefined && expected !== sha256(this.required(call).content)) {
      throw new AwsError('InvalidRuleContentSha256Exception', 'The content of the rule is another one');
    }
    return { approvalRuleTemplate: described(this.save({ ...this.required(call), content })) };
  }

  private remove(call: Call): unknown {
    const { approvalRuleTemplateName: name } = read(NameInput, call.input);
    const found = this.templates.get(keyOf(call, name));
    if (found && found.repositories.length > 0) {
      throw new AwsError('ApprovalRuleTemplateInUseException', `The template ${name} is associated with repositories`);
    }
    this.templates.delete(keyOf(call, name));
    return { approvalRuleTemplateId: found?.id ?? this.identifiers.uuid() };
  }

  private associate(call: Call): void {
    const { repositoryName } = read(AssociationInput, call.input);
    const { name } = this.store.required(call.caller.accountId, call.region, repositoryName);
    const template = this.required(call);
    const others = [...this.templates.values()].filter(one => one !== template && one.repositories.includes(name));
    if (others.length >= MAXIMUM_TEMPLATES) {
      throw new AwsError(
        'MaximumRuleTemplatesAssociatedWithRepositoryException', `${name} has ${MAXIMUM_TEMPLATES} templates`,
      );
    }
    this.save({ ...template, repositories: [...new Set([...template.repositories, name])] });
  }

  private disassociate(call: Call): void {
    const { repositoryName } = read(AssociationInput, call.input);
    const template = this.required(call);
    this.save({ ...template, repositories: template.repositories.filter(name => name !== repositoryName) });
  }

  private list(call: Call): unknown {
    const { repositoryName } = read(RepositoryInput, call.input);
    const { name } = this.store.required(call.caller.accountId, call.region, repositoryName);
    const found = [...this.templates.values()].filter(({ accountId, region, repositories }) =>
      accountId === call.caller.accountId && region === call.region && repositories.includes(name));
    return { approvalRuleTemplateNames: found.map(template => template.name) };
  }

  private save(template: ApprovalTemplate): ApprovalTemplate {
    this.templates.set(`${template.accountId}/${template.region}/${template.name}`, template);
    return template;
  }
}

function keyOf({ caller: { accountId }, region }: Call, name: string): string {
  return `${accountId}/${region}/${name}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function described({ id, name, description, content, createdAt }: ApprovalTemplate): unknown {
  return {
    approvalRuleTemplateId: id,
    approvalRuleTemplateName: name,
    approvalRuleTemplateDescription: description,
    approvalRuleTemplateContent: content,
    ruleContentSha256: sha256(content),
    creationDate: new Date(createdAt),
    lastModifiedDate: new Date(createdAt),
  };
}
