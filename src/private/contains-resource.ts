import { CfnResource } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Whether there is a resource of a type below a construct, of which something may have to hold. */
export function containsResource(
  scope: IConstruct,
  cfnResourceType: string,
  isMeant: (resource: CfnResource) => boolean = () => true,
): boolean {
  return scope.node
    .findAll()
    .some(child => CfnResource.isCfnResource(child) && child.cfnResourceType === cfnResourceType && isMeant(child));
}
