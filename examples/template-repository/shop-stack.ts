import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket } from 'aws-cdk-lib/aws-s3';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { version } from './package.json';

export interface ShopStackProps extends StackProps {
  readonly environmentName: string;
}

export class ShopStack extends Stack {
  public constructor(scope: Construct, id: string, props: ShopStackProps) {
    super(scope, id, props);
    new Bucket(this, 'Pictures', { blockPublicAccess: BlockPublicAccess.BLOCK_ALL, enforceSSL: true });
    new StringParameter(this, 'Release', {
      parameterName: '/shop/release',
      description: `The release that the environment '${props.environmentName}' runs`,
      stringValue: version,
    });
    new CfnOutput(this, 'DeployedRelease', { value: version });
  }
}
