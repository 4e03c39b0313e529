import { AwsError } from '../../core/service';

const SERVICES = ['secretsmanager', 'ssm-secure'];
const REFERENCE = new RegExp(`\\{\\{resolve:(?:${SERVICES.join('|')}):[^}]+\\}\\}`);

/** Whether a dynamic reference to this service stands for a secret, which nobody knows here. */
export function isSecret(service: string): boolean {
  return SERVICES.includes(service);
}

/** A resource that is really acted out cannot work with the name of a secret instead of the secret; a nested stack only hands it on. */
export function refuseSecrets(type: string, properties: unknown): void {
  if (type === 'AWS::CloudFormation::Stack') return;
  const [reference] = REFERENCE.exec(JSON.stringify(properties) ?? '') ?? [];
  if (reference === undefined) return;
  const message = `the rehearsal resolves dynamic references to 'ssm' only, got '${reference}' in a resource of type '${type}'`;
  throw new AwsError('ValidationError', `${message}: give it a plain value in the rehearsal, for example by a context value`);
}
