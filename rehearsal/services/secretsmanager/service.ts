import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { ManagedSecretStore } from './managed-secrets';
import type { Inventory } from '../../core/inventory/inventory';
import { everywhere, on, own, regionalArn, textOf } from '../../core/permissions';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type {
  Call, Operation, OwnedPolicy, Permission, Permissions, Place, ResourceType, Service,
} from '../../core/service';

const TYPE = 'AWS::SecretsManager::Secret';

const SecretInput = v.object({ SecretId: v.string() });
const DeleteInput = v.object({ SecretId: v.string(), ForceDeleteWithoutRecovery: v.optional(v.boolean(), false) });

/**
 * AWS Secrets Manager: secrets of stacks can be listed and deleted; secrets that people or other services make can be
 * read.
 */
export class SecretsManager implements Service {
  public readonly name = 'secretsmanager';
  public readonly protocol = 'json';
  public readonly namespace = 'secretsmanager';
  public readonly operations: Record<string, Operation> = {
    GetSecretValue: async call => this.value(call),
    ListSecrets: async call => ({ SecretList: this.list(call) }),
    DeleteSecret: async call => this.delete(call),
  };
  public readonly permissions: Record<string, Permissions> = {
    GetSecretValue: call => this.reading(call),
    ...everywhere(['ListSecrets']),
    ...on(['DeleteSecret'], call => textOf(call, 'SecretId')),
  };

  public readonly resourceTypes: Record<string, ResourceType>;
  private readonly managed: ManagedSecretStore;

  /**
   * @param secrets values by name; undefined: every secret exists, since those of an app are made by people
   * @param usual the value of every secret then
   */
  public constructor(
    private readonly inventory: Inventory,
    private readonly secrets: Readonly<Record<string, string>> | undefined,
    private readonly usual: () => string,
    partition: string,
  ) {
    this.managed = new ManagedSecretStore(partition);
    this.resourceTypes = { 'AWS::SecretsManager::ResourcePolicy': this.managed.policyType };
  }

  public resourcePolicy(arn: string): OwnedPolicy | undefined {
    return this.managed.policyOf(arn);
  }

  /** Creates a secret of another service. */
  public createManaged(name: string, user: string, keyArn: string | undefined, place: Place): string {
    return this.managed.create(name, user, keyArn, place);
  }

  public removeManaged(arn: string): void {
    this.managed.remove(arn);
  }

  /** Secrets Manager decrypts with the permissions of the caller. */
  private reading(call: Call): readonly Permission[] {
    const { SecretId: id } = read(SecretInput, call.input);
    const secret = this.managed.find(id);
    if (!secret) return [own(call, arnOf(call))];
    const viaService = `secretsmanager.${call.region}.amazonaws.com`;
    const { keyArn } = secret;
    return [
      own(call, id),
      ...keyArn === undefined
        ? [] : [{ action: 'kms:Decrypt', resource: keyArn, context: { 'kms:ViaService': viaService } }],
    ];
  }

  private value(call: Call): unknown {
    const { SecretId: id } = read(SecretInput, call.input);
    const managed = this.managed.find(id);
    if (managed) return { ARN: id, SecretString: managed.value, VersionStages: ['AWSCURRENT'] };
    const name = nameOf(call);
    const value = this.secrets === undefined ? this.usual() : this.secrets[name];
    if (value === undefined) throw notFound();
    return { ARN: arnOf(call), Name: name, SecretString: value, VersionStages: ['AWSCURRENT'] };
  }

  private list({ caller: { accountId }, region }: Call): unknown[] {
    return this.inventory.list(TYPE, { accountId, region }).map(({ arn, tags }) => ({
      ARN: arn,
      Name: arn.slice(arn.lastIndexOf(':') + 1, -'-xxxxxx'.length),
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    }));
  }

  private async delete({ caller, region, input }: Call): Promise<unknown> {
    const { SecretId: id, ForceDeleteWithoutRecovery: isForced } = read(DeleteInput, input);
    const item = this.inventory.find(TYPE, id, { accountId: caller.accountId, region });
    if (!item) throw notFound();
    // a secret that can be recovered costs nothing, and is in no list
    if (!isForced) throw new AwsError('InvalidRequestException', 'the rehearsal deletes secrets without recovery only');
    await this.inventory.remove(item, caller);
    return { ARN: item.arn };
  }
}

function notFound(): AwsError {
  return new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
}

const SUFFIX = /-[A-Za-z0-9]{6}$/;

/** The name of a secret that is given by name, or by ARN with or without its random characters. */
function nameOf(call: Call): string {
  const { SecretId: id } = read(SecretInput, call.input);
  return id.slice(id.startsWith('arn:') ? id.indexOf(':secret:') + ':secret:'.length : 0).replace(SUFFIX, '');
}

/** The ARN with the random characters. */
function arnOf(call: Call): string {
  const { SecretId: id } = read(SecretInput, call.input);
  if (id.startsWith('arn:') && SUFFIX.test(id)) return id;
  const name = nameOf(call);
  const random = createHash('sha1').update(name).digest('hex').slice(0, 6);
  return regionalArn(call, `secret:${name}-${random}`);
}
