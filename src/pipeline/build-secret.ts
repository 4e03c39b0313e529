import { rejectSubclass } from '../private/reject';

/**
 * The value of an environment variable of builds that does not appear in the template. It is stored in the account of
 * the environment. The class cannot be subclassed.
 *
 * @example
 * const definition = PipelineDefinition.cdk({
 *   secrets: { NPM_TOKEN: BuildSecret.secretsManager('npm', 'token') },
 * });
 */
export class BuildSecret {
  /**
   * A secret of AWS Secrets Manager, encrypted with the account's default key (`aws/secretsmanager`).
   *
   * @param secretName name of the secret, not its ARN
   * @param jsonKey key of the value in a secret that is a JSON object; without it, the variable is the whole secret
   */
  public static secretsManager(secretName: string, jsonKey?: string): BuildSecret {
    return new BuildSecret({
      type: 'SECRETS_MANAGER',
      name: secretName,
      value: jsonKey ? `${secretName}:${jsonKey}` : secretName,
      action: 'secretsmanager:GetSecretValue',
      service: 'secretsmanager',
      // Secrets Manager adds six random characters to the ARN
      resource: `secret:${secretName}-??????`,
    });
  }

  /**
   * A parameter of AWS Systems Manager of any type. One of type `SecureString` must be encrypted with the account's
   * default key (`aws/ssm`).
   *
   * @param parameterName name of the parameter, not its ARN
   */
  public static parameter(parameterName: string): BuildSecret {
    return new BuildSecret({
      type: 'PARAMETER_STORE',
      name: parameterName,
      value: parameterName,
      action: 'ssm:GetParameters',
      service: 'ssm',
      resource: `parameter/${parameterName.replace(/^\//, '')}`,
    });
  }

  private constructor(private readonly config: BuildSecretConfig) {
    rejectSubclass(new.target, BuildSecret, 'use BuildSecret.secretsManager() or BuildSecret.parameter()');
  }

  /** @internal */
  public _bind(): BuildSecretConfig {
    return this.config;
  }
}

/** @internal */
export interface BuildSecretConfig {
  readonly type: 'SECRETS_MANAGER' | 'PARAMETER_STORE';
  readonly name: string;
  /** What CodeBuild reads. */
  readonly value: string;
  readonly action: string;
  /** The service in the ARN. */
  readonly service: string;
  /** The part of the ARN after the account. */
  readonly resource: string;
}
