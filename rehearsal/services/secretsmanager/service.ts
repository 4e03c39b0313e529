import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { own, regionalArn } from '../../core/permissions';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Call, Operation, Permissions, Service } from '../../core/service';

const SecretInput = v.object({ SecretId: v.string() });

/** AWS Secrets Manager: only reading. */
export class SecretsManager implements Service {
  public readonly name = 'secretsmanager';
  public readonly protocol = 'json';
  public readonly namespace = 'secretsmanager';
  public readonly operations: Record<string, Operation> = { GetSecretValue: async call => this.value(call) };
  public readonly permissions: Record<string, Permissions> = {
    GetSecretValue: call => [own(call, arnOf(call))],
  };

  /**
   * @param secrets values by name; undefined: every secret exists, since those of an app are made by people
   * @param usual the value of every secret then
   */
  public constructor(
    private readonly secrets: Readonly<Record<string, string>> | undefined, private readonly usual: string,
  ) {}

  private value(call: Call): unknown {
    const name = nameOf(call);
    const value = this.secrets === undefined ? this.usual : this.secrets[name];
    if (value === undefined) {
      throw new AwsError('ResourceNotFoundException', 'Secrets Manager can\'t find the specified secret.');
    }
    return { ARN: arnOf(call), Name: name, SecretString: value, VersionStages: ['AWSCURRENT'] };
  }
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
