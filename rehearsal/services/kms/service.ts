import * as v from 'valibot';
import { Identifiers } from '../../core/identifiers';
import { PolicyDocument } from '../../core/policy-document';
import { read } from '../../core/protocol/read';
import { Regional } from '../../core/regional';
import { AwsError } from '../../core/service';
import type {
  Environment,
  Operation,
  OwnedPolicy,
  Provisioned,
  ResourceContext,
  ResourceType,
  Service,
} from '../../core/service';
import type { Identities } from '../iam/identities';

const KeyProperties = v.object({ KeyPolicy: v.optional(PolicyDocument) });
const AliasProperties = v.object({
  AliasName: v.pipe(
    v.string(),
    v.regex(/^alias\/(?!aws\/)[\w/-]+$/, 'an alias name starts with alias/, but not with alias/aws/'),
  ),
  TargetKeyId: v.string(),
});

/** AWS KMS: keys and aliases are recorded; nothing is encrypted. */
export class Kms implements Service {
  public readonly name = 'kms';
  public readonly protocol = 'json';
  public readonly operations: Record<string, Operation> = {};
  public readonly resourceTypes: Record<string, ResourceType> = {
    'AWS::KMS::Key': this.keyType(),
    'AWS::KMS::Alias': this.aliasType(),
  };
  private readonly identifiers = new Identifiers('kms');
  private readonly policies = new Map<string, OwnedPolicy>();
  private readonly aliases = new Regional(() => new Map<string, string>());

  public constructor(private readonly environment: Environment, private readonly iam: Identities) {}

  public resourcePolicy(arn: string): OwnedPolicy | undefined {
    return this.policies.get(arn);
  }

  /** Deletes a key: no permission allows to use it any more. */
  public deleteKey(arn: string): void {
    const known = this.policies.get(arn);
    if (!known) throw new Error(`there is no key ${arn}`);
    this.policies.set(arn, { ...known, policy: { Version: '2012-10-17', Statement: [] } });
  }

  private keyType(): ResourceType {
    const provisioned = (keyId: string, input: Record<string, unknown>, context: ResourceContext): Provisioned => {
      const { KeyPolicy: policy } = read(KeyProperties, input);
      if (policy !== undefined) {
        this.iam.assertValid(policy, 'resource', 'MalformedPolicyDocumentException');
        this.iam.assertPrincipalsExist(policy, 'MalformedPolicyDocumentException');
      }
      const arn = this.keyArn(keyId, context);
      this.policies.set(arn, {
        accountId: context.accountId,
        policy: policy ?? this.defaultPolicy(context.accountId),
        decides: true,
      });
      return { id: keyId, attributes: { Arn: arn, KeyId: keyId } };
    };
    return {
      create: async (input, context) => provisioned(this.identifiers.uuid(), input, context),
      update: async (id, input, _before, context) => provisioned(id, input, context),
      remove: async (id, _properties, context) => { this.policies.delete(this.keyArn(id, context)); },
    };
  }

  private keyArn(keyId: string, { region, accountId }: ResourceContext): string {
    return `arn:${this.environment.partition}:kms:${region}:${accountId}:key/${keyId}`;
  }

  /** Key policy that delegates to IAM policies of the account. */
  private defaultPolicy(accountId: string): PolicyDocument {
    const principal = { AWS: `arn:${this.environment.partition}:iam::${accountId}:root` };
    return {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: principal, Action: 'kms:*', Resource: '*' }],
    };
  }

  private aliasType(): ResourceType {
    const put = async (
      input: Record<string, unknown>,
      context: ResourceContext,
      known?: string,
    ): Promise<Provisioned> => {
      const { AliasName: name, TargetKeyId: keyId } = read(AliasProperties, input);
      const aliases = this.aliases.of(context.accountId, context.region);
      if (name !== known && aliases.has(name)) {
        throw new AwsError('AlreadyExistsException', `An alias with the name ${name} already exists`);
      }
      aliases.set(name, keyId);
      return { id: name, attributes: {} };
    };
    return {
      create: put,
      update: async (id, input, _before, context) => put(input, context, id),
      remove: async (id, _properties, context) => { this.aliases.of(context.accountId, context.region).delete(id); },
    };
  }
}
