import { AwsError } from '../../core/service';

const SERVICES = ['secretsmanager', 'ssm-secure'];
const REFERENCE = new RegExp(`\\{\\{resolve:(?:${SERVICES.join('|')}):[^}]+\\}\\}`);

/** Whether dynamic references to this service are secrets, whose values are unknown here. */
export function isSecret(service: string): boolean {
  return SERVICES.includes(service);
}

/** A simulated resource needs the value of a secret, which is unknown here; a nested stack only passes it on. */
export function refuseSecrets(type: string, properties: unknown): void {
  if (type === 'AWS::CloudFormation::Stack') return;
  const [reference] = REFERENCE.exec(JSON.stringify(properties) ?? '') ?? [];
  if (reference === undefined) return;
  const message =
    `the rehearsal resolves dynamic references to 'ssm' only, got '${reference}' in a resource of type '${type}'`;
  throw new AwsError(
    'ValidationError',
    `${message}: set a plain value in the rehearsal, for example by a context value`,
  );
}
