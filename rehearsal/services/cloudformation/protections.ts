import { isFields, list, text, type Fields } from './values';
import { AwsError } from '../../core/service';

interface Protection {
  readonly isOn: (properties: Fields) => boolean;
  readonly code: string;
  readonly message: (id: string) => string;
}

const isTrue = (property: string) => (properties: Fields): boolean => text(properties[property] ?? '') === 'true';

/** Protections against deletion, of types without simulated behaviour. */
const PROTECTIONS: Readonly<Record<string, Protection>> = {
  'AWS::Cognito::UserPool': {
    isOn: ({ DeletionProtection: state }) => state === 'ACTIVE',
    code: 'InvalidParameterException',
    message: () => 'The user pool cannot be deleted because deletion protection is activated. '
      + 'Deletion protection must be inactivated first.',
  },
  'AWS::EC2::Instance': {
    isOn: isTrue('DisableApiTermination'),
    code: 'OperationNotPermitted',
    message: id => `The instance '${id}' may not be terminated. Modify its 'disableApiTermination' instance attribute `
      + 'and try again.',
  },
  'AWS::ElasticLoadBalancingV2::LoadBalancer': {
    isOn: ({ LoadBalancerAttributes: attributes }) => list(attributes ?? []).some(attribute =>
      isFields(attribute) && attribute.Key === 'deletion_protection.enabled' && text(attribute.Value) === 'true'),
    code: 'OperationNotPermitted',
    message: id => `Load balancer '${id}' cannot be deleted because deletion protection is enabled`,
  },
};

/** @throws AwsError if the properties of the resource protect it against deletion */
export function assertUnprotected(type: string, id: string, properties: Fields): void {
  const protection = PROTECTIONS[type];
  if (protection?.isOn(properties)) throw new AwsError(protection.code, protection.message(id));
}
