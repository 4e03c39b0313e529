import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { CfnParameter, StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { AccountBaselineProps } from '../../src';
import { AccountBaseline, AccountPool, Organization, OrganizationAccess } from '../../src';
import {
  ACCESS_ROLE_ARN, Cicd, CICD_ACCOUNT, importedOrganization, ORGANIZATION_ID, quickApp, REGION,
} from '../fixtures/app';

const AT = '[Cicd/Baseline]';
const TYPE = 'Custom::OrgEnvironmentsAccountBaseline';

/** A stack with an organization whose accounts have a baseline. */
function organizationWith(
  props: AccountBaselineProps = {}, define: (baseline: AccountBaseline, stack: Stack) => void = () => {},
) {
  const stack = new Stack(quickApp(), 'Cicd', { env: { account: CICD_ACCOUNT, region: REGION } });
  const baseline = new AccountBaseline(stack, 'Baseline', props);
  define(baseline, stack);
  const organization = new Organization(stack, 'Organization', {
    organizationId: ORGANIZATION_ID, access: OrganizationAccess.role(ACCESS_ROLE_ARN), accountBaseline: baseline,
  });
  return { stack, baseline, organization };
}

function propertiesOf(stack: Stack, type = TYPE) {
  return Object.values(Template.fromStack(stack).findResources(type)).map(({ Properties }) => Properties);
}

/** The template of a baseline, after its synthesis. */
function templateOf({ stack, baseline }: { stack: Stack; baseline: AccountBaseline }): Template {
  Template.fromStack(stack);
  return Template.fromJSON((baseline as unknown as { _toCloudFormation(): object })._toCloudFormation());
}

test('a baseline without properties has a stack that creates nothing, and changes no setting', () => {
  const made = organizationWith();
  expect(propertiesOf(made.stack)).toEqual([{
    ServiceToken: expect.anything(),
    ServiceTimeout: '3600',
    kind: 'baseline',
    target: 'organization',
    templateBucket: expect.stringMatching(/^cdk-hnb659fds-assets-/),
    templateKey: expect.stringMatching(/^[0-9a-f]{64}\.json$/),
    settings: {},
    parameters: {},
    maxConcurrentUpdates: '5',
    maxFailedUpdates: '1',
  }]);
  expect(Object.keys(templateOf(made).toJSON().Resources)).toEqual(['Handle']);
});

test.each<[AccountBaselineProps, object]>([
  [{ removeDefaultVpcs: true }, { defaultVpcs: 'removed' }],
  [{ removeDefaultVpcs: false }, {}],
  [{ blockPublicBuckets: true }, { bucketAccess: 'blocked' }],
  [{ blockPublicBuckets: false }, {}],
  [{ blockPublicSnapshots: true }, { snapshotSharing: 'blocked' }],
  [{ blockPublicSnapshots: false }, {}],
  [{ requireImdsv2: true }, { instanceMetadata: 'v2' }],
  [{ requireImdsv2: false }, {}],
  [{ passwordPolicy: {} }, {
    passwordPolicy: { minimumLength: '14', requireCharacters: 'all', reusePrevention: '24' },
  }],
  [{ passwordPolicy: { minimumLength: 8, requireAllCharacters: false, maxAgeDays: 90, reusePrevention: 3 } }, {
    passwordPolicy: { minimumLength: '8', requireCharacters: 'any', maxAgeDays: '90', reusePrevention: '3' },
  }],
  [{
    alternateContacts: {
      billing: { contactName: 'Anna', title: 'Finance', email: 'finance@example.com', phoneNumber: '+49 30 1' },
    },
  }, {
    alternateContacts: {
      billing: { contactName: 'Anna', title: 'Finance', email: 'finance@example.com', phoneNumber: '+49 30 1' },
    },
  }],
])('%j is the setting %j', (props, settings) => {
  expect(propertiesOf(organizationWith(props).stack)).toMatchObject([{ settings }]);
  const [{ settings: all }] = propertiesOf(organizationWith(props).stack);
  expect(Object.keys(all)).toEqual(Object.keys(settings));
});

test('the limits of an update are those that are given', () => {
  const { stack } = organizationWith({ maxConcurrentUpdates: 20, maxFailedUpdates: 0 });
  expect(propertiesOf(stack)).toMatchObject([{ maxConcurrentUpdates: '20', maxFailedUpdates: '0' }]);
});

test('a budget notifies addresses, and a topic to which only the budgets of its account publish', () => {
  const made = organizationWith({
    monthlyBudget: 200, budgetEmails: ['finance@example.com'], budgetTopicName: 'costs',
  });
  const template = templateOf(made);
  const subscribers = [
    { SubscriptionType: 'EMAIL', Address: 'finance@example.com' },
    { SubscriptionType: 'SNS', Address: { Ref: expect.stringMatching(/^BudgetTopic/) } },
  ];
  const notified = (NotificationType: string, Threshold: number) => ({
    Subscribers: subscribers,
    Notification: {
      ComparisonOperator: 'GREATER_THAN', NotificationType, Threshold, ThresholdType: 'PERCENTAGE',
    },
  });
  const [budget] = Object.values(template.findResources('AWS::Budgets::Budget'));
  expect(budget?.Properties).toEqual({
    Budget: { BudgetType: 'COST', TimeUnit: 'MONTHLY', BudgetLimit: { Amount: 200, Unit: 'USD' } },
    NotificationsWithSubscribers: [notified('ACTUAL', 80), notified('FORECASTED', 100)],
  });
  template.hasResourceProperties('AWS::SNS::TopicPolicy', {
    PolicyDocument: {
      Statement: Match.arrayWith([Match.objectLike({
        Sid: 'Budgets',
        Principal: { Service: 'budgets.amazonaws.com' },
        Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
      })]),
    },
  });
  expect(organizationWith().baseline.budgetTopic).toBeUndefined();
});

test('constructs of the baseline are in its template, and values of the parent stack are parameters', () => {
  const made = organizationWith({}, (baseline, stack) => {
    const bucket = new Bucket(stack, 'Logs', { bucketName: 'logs' });
    new StringParameter(baseline, 'LogBucket', { stringValue: bucket.bucketName });
  });
  templateOf(made).hasResourceProperties('AWS::SSM::Parameter', { Value: Match.anyValue() });
  expect(JSON.stringify(propertiesOf(made.stack)[0].settings)).toBe('{}');
});

test('a change of a construct of the baseline changes the key of its template', () => {
  const keyOf = (value: string) => propertiesOf(organizationWith({}, baseline => {
    new StringParameter(baseline, 'Parameter', { stringValue: value });
  }).stack)[0].templateKey;
  expect(keyOf('one')).not.toBe(keyOf('two'));
  expect(keyOf('one')).toBe(keyOf('one'));
});

test('the account function gets permissions for baselines only if there is one', () => {
  const policies = (stack: Stack) => JSON.stringify(Template.fromStack(stack).findResources('AWS::IAM::Policy'));
  expect(policies(organizationWith().stack)).toContain('baseline#*');
  const { stack } = new Cicd();
  expect(policies(stack)).not.toContain('baseline#*');
  Template.fromStack(stack).resourceCountIs(TYPE, 0);
  const functions = Object.values(Template.fromStack(stack).findResources('AWS::Lambda::Function'));
  expect(JSON.stringify(functions)).not.toContain('ACCOUNT_BASELINES');
});

test('accounts and pools of the stack are created after the baseline, and a pool may have its own', () => {
  const { stack, organization } = organizationWith();
  const own = new AccountBaseline(stack, 'PoolBaseline', { requireImdsv2: true });
  new AccountPool(stack, 'Pool', {
    organization,
    poolName: 'sandbox',
    maximum: 1,
    email: 'aws+sandbox-{n}@example.com',
    waitingUnit: 'Pool/Waiting',
    quarantineUnit: 'Pool/Quarantine',
    accountBaseline: own,
  });
  const template = Template.fromStack(stack);
  expect(propertiesOf(stack).map(({ target }) => target).sort()).toEqual(['organization', 'pool/sandbox']);
  template.hasResource('Custom::OrgEnvironmentsAccountPool', {
    DependsOn: Match.arrayWith([Match.stringLikeRegexp('^PoolAccountBaseline')]),
  });
});

test.each<[AccountBaselineProps, string]>([
  [{ monthlyBudget: 10 },
    "a 'monthlyBudget' needs 'budgetEmails' or a 'budgetTopicName' to notify"],
  [{ monthlyBudget: 0, budgetEmails: ['a@example.com'] },
    "the 'monthlyBudget' must be a number of dollars above 0, got 0"],
  [{ budgetEmails: ['a@example.com'] },
    "'budgetEmails' and 'budgetTopicName' need a 'monthlyBudget': set it, or omit them"],
  [{ monthlyBudget: 1, budgetEmails: Array.from({ length: 11 }, (_, n) => `a${n}@example.com`) },
    "AWS notifies at most 10 of the 'budgetEmails', got 11: use a mailing list, or a budgetTopicName"],
  [{ monthlyBudget: 1, budgetEmails: ['wrong'] },
    "the e-mail must be an address of 6 to 64 characters like aws+shop-test@example.com, got 'wrong'"],
  [{ maxConcurrentUpdates: 0 },
    "the 'maxConcurrentUpdates' of an account baseline must be a whole number from 1 to 20, got 0"],
  [{ maxFailedUpdates: -1 },
    "the 'maxFailedUpdates' of an account baseline must be a whole number from 0 to 1000, got -1"],
  [{ passwordPolicy: { minimumLength: 5 } },
    "the 'minimumLength' of the passwordPolicy must be a whole number from 6 to 128, got 5"],
  [{ passwordPolicy: { maxAgeDays: 0 } },
    "the 'maxAgeDays' of the passwordPolicy must be a whole number from 1 to 1095, got 0"],
  [{ passwordPolicy: { reusePrevention: 25 } },
    "the 'reusePrevention' of the passwordPolicy must be a whole number from 1 to 24, got 25"],
])('%j is rejected', (props, message) => {
  expect(() => organizationWith(props)).toThrow(`${AT} ${message}`);
});

test('a baseline that is not given to anything is rejected', () => {
  const { stack } = new Cicd();
  new AccountBaseline(stack, 'Baseline');
  expect(() => Template.fromStack(stack)).toThrow(
    'the account baseline is not used: pass it to an Organization, an AccountPool, an Account or a Customer',
  );
});

test('a baseline of another stack, or of an imported organization, is rejected', () => {
  const app = quickApp();
  const other = new Stack(app, 'Other', { env: { account: CICD_ACCOUNT, region: REGION } });
  const stack = new Stack(app, 'Cicd', { env: { account: CICD_ACCOUNT, region: REGION } });
  const accountBaseline = new AccountBaseline(other, 'Baseline');
  expect(() => new Organization(stack, 'Organization', {
    organizationId: ORGANIZATION_ID, access: OrganizationAccess.role(ACCESS_ROLE_ARN), accountBaseline,
  })).toThrow("[Cicd/Organization] the account baseline 'Other/Baseline' is defined in another stack: define it in "
    + "stack 'Cicd'");
  const importing = new Stack(app, 'Importing', { env: { account: CICD_ACCOUNT, region: REGION } });
  const own = new AccountBaseline(importing, 'Baseline');
  expect(() => own._give(importing, importedOrganization(importing), 'organization')).toThrow(
    '[Importing] the organization is imported, but only the app that defines it can give its accounts a baseline: '
      + 'define the baseline in that app',
  );
});

test('assets, long templates and references from outside are rejected', () => {
  expect(() => organizationWith({}, baseline => {
    new LambdaFunction(baseline, 'Function', {
      code: Code.fromAsset(__dirname), handler: 'index.handler', runtime: Runtime.NODEJS_22_X,
    });
  })).toThrow('[Cicd/Baseline] an account baseline cannot have assets, such as the code of functions: write the code '
    + 'inline, or deploy it with an AccountStack');
  const long = organizationWith({}, baseline => {
    for (let n = 0; n < 15; n++) new StringParameter(baseline, `P${n}`, { stringValue: 'x'.repeat(4000) });
  });
  expect(() => Template.fromStack(long.stack)).toThrow(
    /\[Cicd\/Baseline\] the template of an account baseline has at most 51200 bytes, got 6\d{4}: move resources to an /,
  );
  const read = organizationWith({}, (baseline, stack) => {
    const parameter = new CfnParameter(baseline, 'Parameter', { type: 'String', value: 'x' });
    new StringParameter(stack, 'Copy', { stringValue: parameter.attrValue });
  });
  expect(() => Template.fromStack(read.stack)).toThrow('a resource of an account baseline is referred to from outside');
});
