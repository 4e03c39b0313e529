import { Aws } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { Permission } from '../kinds/kind';
import { allow } from '../kinds/permissions';
import { fail } from '../private/validate';

interface WithCredentials {
  readonly fullName: string;
  readonly credentials: ISecret;
}

/** @throws if the functions of the organization may not read the credentials */
export function requireReadable(
  scope: Construct, { fullName, credentials }: WithCredentials, readable: readonly ISecret[],
): void {
  if (readable.some(secret => secret === credentials || secret.secretArn === credentials.secretArn)) return;
  fail(scope, `the organization may not read the credentials of repository '${fullName}': add the secret to its `
    + "'repositoryCredentials'");
}

/** The permissions to read exactly these secrets; none without secrets. */
export function credentialsPermissions(secrets: readonly ISecret[]): Permission[] {
  if (secrets.length === 0) return [];
  const keys = secrets.flatMap(({ encryptionKey }) => encryptionKey?.keyArn ?? []);
  return [
    allow('Credentials', ['secretsmanager:GetSecretValue'], secrets.map(arnOf),
      'Secrets Manager adds six random characters to the ARN of a secret'),
    ...keys.length > 0 ? [{
      statement: new PolicyStatement({
        sid: 'DecryptCredentials',
        actions: ['kms:Decrypt'],
        resources: keys,
        conditions: { StringEquals: { 'kms:ViaService': `secretsmanager.${Aws.REGION}.${Aws.URL_SUFFIX}` } },
      }),
    }] : [],
  ];
}

function arnOf({ secretFullArn, secretArn }: ISecret): string {
  return secretFullArn ?? `${secretArn}-??????`;
}
