import { Aws } from 'aws-cdk-lib';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { AccountBaselineProps } from './account-baseline-props';
import { fail, validate } from '../private/validate';

type Props = Pick<AccountBaselineProps, 'monthlyBudget' | 'budgetEmails' | 'budgetTopicName'>;

/** Quota of AWS Budgets for a notification. */
const MAX_EMAILS = 10;

/** Adds the budget for the costs of a month. Returns its topic, if it has one. */
export function monthlyBudget(scope: Construct, props: Props): Topic | undefined {
  const { monthlyBudget: amount, budgetEmails = [], budgetTopicName } = props;
  const isNotified = budgetEmails.length > 0 || budgetTopicName !== undefined;
  if (amount === undefined) {
    if (isNotified) fail(scope, "'budgetEmails' and 'budgetTopicName' need a 'monthlyBudget': set it, or omit them");
    return undefined;
  }
  if (!(amount > 0)) fail(scope, `the 'monthlyBudget' must be a number of dollars above 0, got ${amount}`);
  if (!isNotified) fail(scope, "a 'monthlyBudget' needs 'budgetEmails' or a 'budgetTopicName' to notify");
  if (budgetEmails.length > MAX_EMAILS) {
    fail(scope, `AWS notifies at most ${MAX_EMAILS} of the 'budgetEmails', got ${budgetEmails.length}: use a mailing `
      + 'list, or a budgetTopicName');
  }
  const topic = budgetTopicName === undefined ? undefined : budgetTopic(scope, budgetTopicName);
  const subscribers = [
    ...budgetEmails.map(email => ({ subscriptionType: 'EMAIL', address: validate.email(scope, email) })),
    ...topic ? [{ subscriptionType: 'SNS', address: topic.topicArn }] : [],
  ];
  const notification = (notificationType: 'ACTUAL' | 'FORECASTED', threshold: number) => ({
    subscribers,
    notification: { comparisonOperator: 'GREATER_THAN', notificationType, threshold, thresholdType: 'PERCENTAGE' },
  });
  new CfnBudget(scope, 'Budget', {
    budget: {
      budgetType: 'COST', timeUnit: 'MONTHLY', budgetLimit: { amount, unit: 'USD' },
    },
    notificationsWithSubscribers: [notification('ACTUAL', 80), notification('FORECASTED', 100)],
  });
  return topic;
}

function budgetTopic(scope: Construct, topicName: string): Topic {
  const topic = new Topic(scope, 'BudgetTopic', { topicName, enforceSSL: true });
  topic.addToResourcePolicy(new PolicyStatement({
    sid: 'Budgets',
    principals: [new ServicePrincipal('budgets.amazonaws.com')],
    actions: ['sns:Publish'],
    resources: [topic.topicArn],
    conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
  }));
  return topic;
}
