import { CustomResource, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { RESOURCE_TYPES } from './contract';
import { REGISTRY_PROPERTY } from '../kinds/contract';
import { internalsOf } from '../organization/internals';
import type { IOrganization } from '../organization/organization-interface';

interface ManagedResourceProps<Request> {
  readonly organization: IOrganization;
  /** Shown by CloudFormation: `Custom::OrgEnvironments…`. */
  readonly resourceType: string;
  readonly request: Request;
}

/** A custom resource whose properties and attributes are those of a contract; a typo in either does not compile. */
export class ManagedResource<Request extends object, Result extends object> extends Construct {
  public readonly resource: CustomResource;

  public constructor(scope: Construct, id: string, props: ManagedResourceProps<Request>) {
    super(scope, id);
    const { serviceToken, registryName } = internalsOf(this, props.organization);
    // preconditions are met by what exists, and must not be checked again
    const registry = props.resourceType === RESOURCE_TYPES.preconditions ? undefined : registryName;
    this.resource = new CustomResource(this, 'Default', {
      serviceToken,
      resourceType: props.resourceType,
      // CloudFormation sends all resources to another registry, because a property of theirs has changed
      properties: { ...props.request, [REGISTRY_PROPERTY]: registry },
      // the maximum of AWS: accounts may wait for the creation of others
      serviceTimeout: Duration.hours(1),
    });
  }

  public result(attribute: keyof Result & string): string {
    return this.resource.getAttString(attribute);
  }
}
