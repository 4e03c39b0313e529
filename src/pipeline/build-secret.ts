/** A value that builds are given and that nobody reads in a template. It is kept in the account of the environment. */
export abstract class BuildSecret {
  /**
   * A secret of Secrets Manager, by its name, encrypted with the account's default key (`aws/secretsmanager`); `jsonKey` names one of its values.
   */
  public static secretsManager(secretName: string, jsonKey?: string): BuildSecret {
    return new SecretsManagerSecret(secretName, jsonKey);
  }

  /** A parameter of Systems Manager, by its name, of whatever type; a secure one is encrypted with the account's default key (`aws/ssm`). */
  public static parameter(parameterName: string): BuildSecret {
    return new ParameterSecret(parameterName);
  }

  /** @internal */
  public abstract _bind(): BuildSecretConfig;
}

/** @internal */
export interface BuildSecretConfig {
  readonly type: 'SECRETS_MANAGER' | 'PARAMETER_STORE';
  readonly name: string;
  /** What CodeBuild reads. */
  readonly value: string;
  readonly action: string;
  /** The part of the ARN after the account. */
  readonly service: string;
  readonly resource: string;
}

class SecretsManagerSecret extends BuildSecret {
  public constructor(private readonly secretName: string, private readonly jsonKey?: string) {
    super();
  }

  public _bind(): BuildSecretConfig {
    const { secretName: name, jsonKey } = this;
    // Secrets Manager ends the ARN with six characters of its own
    return {
      type: 'SECRETS_MANAGER',
      name,
      value: jsonKey ? `${name}:${jsonKey}` : name,
      action: 'secretsmanager:GetSecretValue',
      service: 'secretsmanager',
      resource: `secret:${name}-??????`,
    };
  }
}

class ParameterSecret extends BuildSecret {
  public constructor(private readonly parameterName: string) {
    super();
  }

  public _bind(): BuildSecretConfig {
    const { parameterName: name } = this;
    return { type: 'PARAMETER_STORE', name, value: name, action: 'ssm:GetParameters', service: 'ssm', resource: `parameter/${name.replace(/^\//, '')}` };
  }
}
