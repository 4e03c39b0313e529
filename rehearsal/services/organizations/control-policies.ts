import * as v from 'valibot';
import { assertPolicyWithinQuotas } from './quotas';
import type { OrganizationTree } from './tree';
import { Identifiers } from '../../core/identifiers';
import { PolicyDocument } from '../../core/policy-document';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Provisioned, ResourceContext, ResourceType } from '../../core/service';
import { mistakeIn } from '../iam/policy-validation';

/** Service and resource control policies. Other types are recorded and have no effect. */
type ControlPolicyType = 'SERVICE_CONTROL_POLICY' | 'RESOURCE_CONTROL_POLICY';

const Properties = v.object({
  Name: v.string(),
  Type: v.string(),
  Content: v.union([
    v.record(v.string(), v.unknown()),
    v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.unknown())),
  ]),
  TargetIds: v.optional(v.array(v.string()), []),
});

interface ControlPolicy {
  readonly name: string;
  readonly type: string;
  readonly content: PolicyDocument;
  readonly targetIds: readonly string[];
}

/** Default policy of the root, every unit and every account. */
const FULL_ACCESS: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};

export class ControlPolicies {
  private readonly policies = new Map<string, ControlPolicy>();
  private readonly identifiers = new Identifiers('organizations-policy');

  public constructor(private readonly tree: OrganizationTree, private readonly managementAccountId: string) {}

  /**
   * Returns the policies for the root, each unit on the path and the account; undefined for the management account,
   * which they do not affect.
   */
  public levels(accountId: string, type: ControlPolicyType): PolicyDocument[][] | undefined {
    const ancestors = accountId === this.managementAccountId ? undefined : this.tree.ancestors(accountId);
    const policies = [...this.policies.values()].filter(policy => policy.type === type);
    if (ancestors === undefined || policies.length === 0) return undefined;
    const attachedTo = (target: string): PolicyDocument[] =>
      policies.filter(({ targetIds }) => targetIds.includes(target)).map(({ content }) => content);
    return [...ancestors, accountId].map(target => [FULL_ACCESS, ...attachedTo(target)]);
  }

  /** `AWS::Organizations::Policy`. */
  public resourceType(assertManagement: (context: ResourceContext) => void): ResourceType {
    const put = (id: string, input: Record<string, unknown>): Provisioned => {
      const { Name: name, Type: type, Content: content, TargetIds: targetIds } = read(Properties, input);
      const isControl = type === 'SERVICE_CONTROL_POLICY' || type === 'RESOURCE_CONTROL_POLICY';
      const unknown = targetIds.find(target => !this.tree.hasParent(target) && this.tree.account(target) === undefined);
      if (unknown !== undefined) {
        throw new AwsError('TargetNotFoundException', `You specified a target that doesn't exist: ${unknown}`);
      }
      const others = [...this.policies].filter(([other, policy]) => other !== id && policy.type === type);
      const attached = targetIds.map(
        target => others.filter(([, policy]) => policy.targetIds.includes(target)).length + 1,
      );
      assertPolicyWithinQuotas(type, input.Content, Math.max(0, ...attached));
      this.policies.set(id, { name, type, content: isControl ? controlPolicy(content) : FULL_ACCESS, targetIds });
      return {
        id,
        attributes: {
          Id: id,
          Arn: this.tree.arn(`policy/${this.tree.organizationId}/${type.toLowerCase()}/${id}`),
          AwsManaged: false,
        },
      };
    };
    return {
      create: async (input, context) => {
        assertManagement(context);
        const { Name: name, Type: type } = read(Properties, input);
        const isTaken = [...this.policies.values()].some(policy => policy.name === name && policy.type === type);
        if (isTaken) throw new AwsError('DuplicatePolicyException', `A policy with the name ${name} already exists.`);
        return put(`p-${this.identifiers.next(8, 'lower')}`, input);
      },
      update: async (id, input) => put(id, input),
      remove: async id => { this.policies.delete(id); },
    };
  }
}

function controlPolicy(content: unknown): PolicyDocument {
  const document = read(PolicyDocument, content);
  const mistake = mistakeIn(document, 'control');
  if (mistake === undefined) return document;
  const message =
    `The provided policy document does not meet the requirements of the specified policy type. ${mistake}`;
  throw new AwsError('MalformedPolicyDocumentException', message);
}
