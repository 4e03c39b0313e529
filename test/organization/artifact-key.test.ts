import { Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Organization, OrganizationAccess } from '../../src';
import { ACCESS_ROLE_ARN, CICD_ACCOUNT, Cicd, ORGANIZATION_ID, quickApp, REGION } from '../fixtures/app';

test('the policy of the key of the user allows the pipelines of the organization to use it', () => {
  const { stack } = new Cicd(quickApp(), { hasOwnKey: true });
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::KMS::Key', 1);
  const [{ Properties: { KeyPolicy } }] = Object.values(template.findResources('AWS::KMS::Key'));
  expect(KeyPolicy.Statement.map(({ Sid }: { Sid?: string }) => Sid).filter(Boolean)).toEqual([
    'PipelinesForTheirArtifacts', 'PipelinesOfTheOrganization',
  ]);
});

test('an imported key is rejected, because its policy cannot be changed', () => {
  const { stack } = new Cicd(quickApp(), { imported: true });
  const artifactKey = Key.fromKeyArn(stack, 'Key', `arn:aws:kms:${REGION}:${CICD_ACCOUNT}:key/0b2b3f40`);
  expect(() => new Organization(stack, 'Own', {
    organizationId: ORGANIZATION_ID, access: OrganizationAccess.role(ACCESS_ROLE_ARN), artifactKey,
  })).toThrow(
    "[Cicd/Own] the policy of the artifact key 'Cicd/Key' cannot be changed, because the key is imported: "
      + 'create the key in this app',
  );
});
