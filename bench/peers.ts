import { AwsOrganizationsStack } from 'aws-bootstrap-kit';
import { CfnResource, Stack } from 'aws-cdk-lib';
import { CfnAccount } from 'aws-cdk-lib/aws-organizations';
import { CICD, MANAGEMENT } from './apps';
import type { Define } from './apps';

/** Returns an app with the stack of aws-bootstrap-kit, without the e-mail verification, which waits for a person. */
export function bootstrapKit(count: number): Define {
  return app => {
    const accounts = Array.from({ length: count }, (_, index) => ({
      name: `shop-${index}`,
      stageName: `stage${index}`,
    }));
    new AwsOrganizationsStack(app, 'Organizations', {
      env: MANAGEMENT, email: 'aws@example.com', nestedOU: [{ name: 'Test', accounts }], forceEmailVerification: false,
    });
  };
}

/** Returns an app with AWS::Organizations::Account resources, in sequence as their documentation requires. */
export function native(count: number): Define {
  return app => {
    const stack = new Stack(app, 'Native', { env: MANAGEMENT });
    let before: CfnAccount | undefined;
    for (let index = 0; index < count; index++) {
      const account = new CfnAccount(stack, `Account${index}`, {
        accountName: `shop-${index}`,
        email: `aws+shop-${index}@example.com`,
      });
      if (before) account.addResourceDependency(before);
      before = account;
    }
  };
}

/** Returns an app with this number of CfnResources and no other constructs. */
export function bare(count: number): Define {
  return app => {
    const stack = new Stack(app, 'Bare', { env: CICD });
    for (let index = 0; index < count; index++) {
      new CfnResource(stack, `Resource${index}`, {
        type: 'Custom::Bare',
        properties: { ServiceToken: `arn:aws:lambda:eu-west-1:${CICD.account}:function:bare`, index },
      });
    }
  };
}
