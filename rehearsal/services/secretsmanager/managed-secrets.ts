import * as v from 'valibot';
import { Identifiers } from '../../core/identifiers';
import { JsonValue } from '../../core/json-text';
import type { PolicyDocument } from '../../core/policy-document';
import { read } from '../../core/protocol/read';
import type { OwnedPolicy, Place, ResourceType } from '../../core/service';

interface ManagedSecret {
  readonly accountId: string;
  readonly value: string;
  /** Key that encrypts it; undefined: that of Secrets Manager. */
  readonly keyArn?: string;
  readonly policy?: PolicyDocument;
}

const PolicyProperties = v.object({
  SecretId: v.string(),
  ResourcePolicy: v.pipe(JsonValue, v.custom<PolicyDocument>(value => value instanceof Object)),
});

/** Secrets that services create for their resources, with their policies. */
export class ManagedSecretStore {
  /** `AWS::SecretsManager::ResourcePolicy`, only of managed secrets. */
  public readonly policyType: ResourceType = {
    create: async properties => this.put(properties),
    update: async (_id, properties) => this.put(properties),
    remove: async id => {
      const secret = this.secrets.get(id);
      if (secret) this.secrets.set(id, { ...secret, policy: undefined });
    },
  };
  private readonly secrets = new Map<string, ManagedSecret>();
  private readonly identifiers = new Identifiers('managed-secrets');

  public constructor(private readonly partition: string) {}

  public find(arn: string): ManagedSecret | undefined {
    return this.secrets.get(arn);
  }

  public policyOf(arn: string): OwnedPolicy | undefined {
    const secret = this.secrets.get(arn);
    return secret && { accountId: secret.accountId, ...secret.policy && { policy: secret.policy } };
  }

  public create(name: string, user: string, keyArn: string | undefined, { accountId, region }: Place): string {
    const unique = `${name}-${this.identifiers.next(6)}`;
    const arn = `arn:${this.partition}:secretsmanager:${region}:${accountId}:secret:${unique}`;
    const value = JSON.stringify({ username: user, password: this.identifiers.next(28, 'lower') });
    this.secrets.set(arn, { accountId, value, ...keyArn !== undefined && { keyArn } });
    return arn;
  }

  public remove(arn: string): void {
    this.secrets.delete(arn);
  }

  private put(properties: Record<string, unknown>) {
    const { SecretId: id, ResourcePolicy: policy } = read(PolicyProperties, properties);
    const secret = this.secrets.get(id);
    // the other secrets are placeholders, which are never read
    if (secret) this.secrets.set(id, { ...secret, policy });
    return { id, attributes: {} };
  }
}
