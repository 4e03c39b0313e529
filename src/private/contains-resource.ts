import { CfnResource } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Whether a construct contains a resource of a type that satisfies a condition. */
export function containsResource(
  scope: IConstruct,
  cfnResourceType: string,
  matches: (resource: CfnResource) => boolean = () => true,
): boolean {
  return scope.node
    .findAll()
    .some(child => CfnResource.isCfnResource(child) && child.cfnResourceType === cfnResourceType && matches(child));
}
