import * as v from 'valibot';
import { managedKeys } from './managed-keys';
import { Identifiers } from '../../core/identifiers';
import { everywhere, on, regionalArn, textOf } from '../../core/permissions';
import { PolicyDocument } from '../../core/policy-document';
import { read } from '../../core/protocol/read';
import { Regional } from '../../core/regional';
import { AwsError } from '../../core/service';
import type {
  Call,
  Environment,
  Operation,
  OwnedPolicy,
  Place,
  Provisioned,
  ResourceContext,
  ResourceType,
  Service,
} from '../../core/service';
import type { Identities } from '../iam/identities';

const KeyProperties = v.object({ KeyPolicy: v.optional(PolicyDocument) });
const KeyInput = v.object({ KeyId: v.string() });
const DeletionInput = v.object({
  KeyId: v.string(), PendingWindowInDays: v.optional(v.pipe(v.number(), v.minValue(7), v.maxValue(30)), 30),
});
const DAY = 24 * 3600 * 1000;
const AliasProperties = v.object({
  AliasName: v.pipe(
    v.string(),
    v.regex(/^alias\/(?!aws\/)[\w/-]+$/, 'an alias name starts with alias/, but not with alias/aws/'),
  ),
  TargetKeyId: v.string(),
});

const CRYPTOGRAPHIC = /^kms:(Encrypt|Decrypt|GenerateDataKey)/;
/** A policy that allows nothing. */
const NOTHING: PolicyDocument = { Version: '2012-10-17', Statement: [] };

/** AWS KMS: keys and aliases are recorded, and keys deleted after a time; nothing is encrypted. */
export class Kms implements Service {
  public readonly name = 'kms';
  public readonly protocol = 'json';
  public readonly operations: Record<string, Operation> = {
    ListKeys: async ({ caller: { accountId }, region }) => ({
      Keys: this.keysOf({ accountId, region }).map(arn => ({ KeyArn: arn, KeyId: arn.split('/').at(-1) })),
    }),
    DescribeKey: async call => ({ KeyMetadata: this.managed(call) ?? this.described(this.required(call)) }),
    ListAliases: async call => ({ Aliases: this.aliasesOf(call) }),
    ScheduleKeyDeletion: async call => {
      const arn = this.required(call);
      if (this.deletedAt.has(arn)) {
        throw new AwsError('KMSInvalidStateException', `${arn} is pending deletion.`);
      }
      const days = read(DeletionInput, call.input).PendingWindowInDays;
      this.deletedAt.set(arn, this.environment.clock.now() + days * DAY);
      return this.described(arn);
    },
    CancelKeyDeletion: async call => {
      const arn = this.required(call);
      if (!this.deletedAt.delete(arn)) {
        throw new AwsError('KMSInvalidStateException', `${arn} is not pending deletion.`);
      }
      this.disabled.add(arn);
      return { KeyId: arn };
    },
    EnableKey: async call => {
      const arn = this.required(call);
      if (this.deletedAt.has(arn)) throw new AwsError('KMSInvalidStateException', `${arn} is pending deletion.`);
      this.disabled.delete(arn);
      return {};
    },
  };
  public readonly permissions = {
    ...everywhere(['ListAliases', 'ListKeys']),
    ...on(['DescribeKey', 'ScheduleKeyDeletion', 'CancelKeyDeletion', 'EnableKey'], call => this.arnOf(call)),
  };
  /** A key with a date of deletion exists no longer for CloudFormation. */
  public readonly existing: Service['existing'] = {
    'AWS::KMS::Key': place => this.keysOf(place).filter(arn => !this.deletedAt.has(arn))
      .map(arn => ({ id: arn.slice(arn.lastIndexOf('/') + 1), arn })),
  };
  public readonly resourceTypes: Record<string, ResourceType> = {
    'AWS::KMS::Key': this.keyType(),
    'AWS::KMS::Alias': this.aliasType(),
  };
  private readonly identifiers = new Identifiers('kms');
  private readonly policies = new Map<string, OwnedPolicy>();
  /** When keys are deleted, by their ARNs. */
  private readonly deletedAt = new Map<string, number>();
  /** A key whose deletion was cancelled cannot be used until it is enabled. */
  private readonly disabled = new Set<string>();
  private readonly aliases = new Regional(() => new Map<string, string>());

  public constructor(private readonly environment: Environment, private readonly iam: Identities) {}

  public resourcePolicy(arn: string, action: string): OwnedPolicy | undefined {
    const known = this.policies.get(arn);
    // a key that is disabled or deleted, or will be, encrypts nothing
    const isUnusable = this.deletedAt.has(arn) || this.disabled.has(arn);
    return known && isUnusable && CRYPTOGRAPHIC.test(action) ? { ...known, policy: NOTHING } : known;
  }

  /** Deletes a key immediately, as if its waiting period had ended. */
  public deleteKey(arn: string): void {
    this.deletedAt.set(arn, this.environment.clock.now());
  }

  private keysOf({ accountId, region }: Place): readonly string[] {
    const prefix = `arn:${this.environment.partition}:kms:${region}:${accountId}:key/`;
    return [...this.policies.keys()].filter(arn => arn.startsWith(prefix)
      && (this.deletedAt.get(arn) ?? Infinity) > this.environment.clock.now());
  }

  private aliasesOf({ caller: { accountId }, region }: Call): object[] {
    const all = [...this.aliases.of(accountId, region), ...managedKeys({ accountId, region })];
    const prefix = `arn:${this.environment.partition}:kms:${region}:${accountId}`;
    return all.map(([AliasName, key]) => (
      { AliasName, AliasArn: `${prefix}:${AliasName}`, TargetKeyId: key.slice(key.lastIndexOf('/') + 1) }
    ));
  }

  /** Describes a key of AWS that a call names by its alias. */
  private managed(call: Call): object | undefined {
    const { caller: { accountId }, region } = call;
    const KeyId = managedKeys({ accountId, region }).get(textOf(call, 'KeyId').replace(/^.*:(?=alias)/, ''));
    return KeyId === undefined
      ? undefined
      : { KeyId, Arn: regionalArn(call, `key/${KeyId}`), KeyManager: 'AWS', KeyState: 'Enabled' };
  }

  private required(call: Call): string {
    read(KeyInput, call.input);
    const [arn, { caller: { accountId }, region }] = [this.arnOf(call), call];
    if (this.keysOf({ accountId, region }).includes(arn)) return arn;
    throw new AwsError('NotFoundException', `Key '${arn}' does not exist`);
  }

  /** The ARN of the key that a call names by its id, its ARN, or an alias. */
  private arnOf(call: Call): string {
    const named = textOf(call, 'KeyId');
    const id = this.aliases.of(call.caller.accountId, call.region).get(named) ?? named;
    return id.startsWith('arn:') ? id : regionalArn(call, `key/${id}`);
  }

  private described(arn: string): object {
    const deletedAt = this.deletedAt.get(arn);
    return {
      KeyId: arn.slice(arn.lastIndexOf('/') + 1),
      Arn: arn,
      KeyManager: 'CUSTOMER',
      KeyState: deletedAt !== undefined ? 'PendingDeletion' : this.disabled.has(arn) ? 'Disabled' : 'Enabled',
      DeletionDate: deletedAt === undefined ? undefined : new Date(deletedAt),
    };
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
      remove: async (id, _properties, context) => {
        this.deletedAt.set(this.keyArn(id, context), this.environment.clock.now() + 30 * DAY);
      },
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
