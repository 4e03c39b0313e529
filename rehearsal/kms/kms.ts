import * as v from 'valibot';
import type { Iam } from '../iam/iam';
import { PolicyDocument } from '../iam/policy';
import { Identifiers } from '../identifiers';
import { read } from '../protocol/read';
import { Regional } from '../regional';
import { AwsError } from '../service';
import type { Environment, Operation, Provisioned, ResourceContext, ResourceType, Service } from '../service';

const KeyProperties = v.object({ KeyPolicy: v.optional(PolicyDocument) });
const AliasProperties = v.object({
  AliasName: v.pipe(v.string(), v.regex(/^alias\/(?!aws\/)[\w/-]+$/, 'an alias name starts with alias/, but not with alias/aws/')),
  TargetKeyId: v.string(),
});

/** Keys and aliases as data: nothing is encrypted. */
export class Kms implements Service {
  public readonly name = 'kms';
  public readonly protocol = 'json';
  public readonly operations: Record<string, Operation> = {};
  public readonly resourceTypes: Record<string, ResourceType> = {
    'AWS::KMS::Key': this.keyType(),
    'AWS::KMS::Alias': this.aliasType(),
  };
  private readonly identifiers = new Identifiers('kms');
  private readonly aliases = new Regional(() => new Map<string, string>());

  public constructor(private readonly environment: Environment, private readonly iam: Iam) {}

  private keyType(): ResourceType {
    const provisioned = (keyId: string, input: Record<string, unknown>, context: ResourceContext): Provisioned => {
      const { KeyPolicy: policy } = read(KeyProperties, input);
      if (policy !== undefined) this.iam.assertPrincipalsExist(policy, 'MalformedPolicyDocumentException');
      return { id: keyId, attributes: { Arn: `arn:${this.environment.partition}:kms:${context.region}:${context.accountId}:key/${keyId}`, KeyId: keyId } };
    };
    return {
      create: async (input, context) => provisioned(this.identifiers.uuid(), input, context),
      update: async (id, input, _before, context) => provisioned(id, input, context),
      remove: async () => {},
    };
  }

  private aliasType(): ResourceType {
    const put = async (input: Record<string, unknown>, context: ResourceContext, known?: string): Promise<Provisioned> => {
      const { AliasName: name, TargetKeyId: keyId } = read(AliasProperties, input);
      const aliases = this.aliases.of(context.accountId, context.region);
      if (name !== known && aliases.has(name)) throw new AwsError('AlreadyExistsException', `An alias with the name ${name} already exists`);
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
