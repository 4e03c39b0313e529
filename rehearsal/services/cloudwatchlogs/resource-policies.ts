import * as v from 'valibot';
import { PolicyDocument } from '../../core/policy-document';
import { read } from '../../core/protocol/read';
import { Regional } from '../../core/regional';
import type { Call, Environment, Operation, Place, Provisioned, ResourceType } from '../../core/service';
import { AwsError } from '../../core/service';
import type { Identities } from '../iam/identities';

interface Policy {
  readonly document: string;
  readonly updatedAt: number;
}

const PutInput = v.object({ policyName: v.string(), policyDocument: v.string() });
const DeleteInput = v.object({ policyName: v.string() });
/** The text of a policy; in a template, it can also be the policy. */
const Text = v.pipe(v.unknown(), v.transform(value => typeof value === 'string' ? value : JSON.stringify(value)));
const Properties = v.object({ PolicyName: v.string(), PolicyDocument: Text });
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
const MOST = 10;

/** Policies by which services write to log groups. */
export class ResourcePolicies {
  public readonly operations: Record<string, Operation> = {
    PutResourcePolicy: async call => {
      const { policyName, policyDocument } = read(PutInput, call.input);
      this.put(placeOf(call), policyName, policyDocument);
      return { resourcePolicy: { policyName, policyDocument } };
    },
    DeleteResourcePolicy: async call => {
      const { policyName: name } = read(DeleteInput, call.input);
      if (!this.of(placeOf(call)).delete(name)) {
        throw new AwsError('ResourceNotFoundException', `Policy with name [${name}] does not exist.`);
      }
      return {};
    },
    DescribeResourcePolicies: async call => ({
      resourcePolicies: [...this.of(placeOf(call))].map(([policyName, { document, updatedAt }]) => (
        { policyName, policyDocument: document, lastUpdatedTime: updatedAt }
      )),
    }),
  };
  public readonly resourceTypes: Record<string, ResourceType> = { 'AWS::Logs::ResourcePolicy': this.type() };
  private readonly policies = new Regional(() => new Map<string, Policy>());

  public constructor(private readonly iam: Identities, private readonly environment: Environment) {}

  private type(): ResourceType {
    const put = (input: Record<string, unknown>, place: Place): Provisioned => {
      const { PolicyName: name, PolicyDocument: document } = read(Properties, input);
      this.put(place, name, document);
      return { id: name, attributes: {} };
    };
    return {
      create: async (input, context) => put(input, context),
      update: async (_id, input, _before, context) => put(input, context),
      remove: async (id, _properties, context) => { this.of(context).delete(id); },
    };
  }

  private put(place: Place, name: string, document: string): void {
    const policies = this.of(place);
    if (!policies.has(name) && policies.size >= MOST) {
      throw new AwsError('LimitExceededException', 'Resource limit exceeded.');
    }
    this.iam.assertValid(this.parsed(document), 'resource', 'InvalidParameterException');
    policies.set(name, { document, updatedAt: this.environment.clock.now() });
  }

  private parsed(document: string): PolicyDocument {
    try {
      return read(PolicyDocument, JSON.parse(document));
    } catch {
      throw new AwsError('InvalidParameterException', `The policy document is not valid: ${document}`);
    }
  }

  private of({ accountId, region }: Place): Map<string, Policy> {
    return this.policies.of(accountId, region);
  }
}

function placeOf({ caller: { accountId }, region }: Call): Place {
  return { accountId, region };
}
