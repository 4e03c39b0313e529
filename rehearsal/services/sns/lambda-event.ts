import type { Subscription } from './topics';
import type { Publication } from '../../core/publication';

/** Returns the event that a function receives. @see https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
export function lambdaEvent(
  { arn, topicArn }: Subscription,
  { subject, body, attributes = {} }: Pick<Publication, 'subject' | 'body' | 'attributes'>,
  { messageId, at }: { readonly messageId: string; readonly at: number },
): unknown {
  const values = Object.entries(attributes)
    // a function gets an array as a string
    .map(([name, { type, value }]) => [name, { Type: type === 'String.Array' ? 'String' : type, Value: value }]);
  return {
    Records: [{
      EventSource: 'aws:sns',
      EventVersion: '1.0',
      EventSubscriptionArn: arn,
      Sns: {
        Type: 'Notification',
        MessageId: messageId,
        TopicArn: topicArn,
        Subject: subject ?? null,
        Message: body,
        Timestamp: new Date(at).toISOString(),
        SignatureVersion: '1',
        Signature: '',
        SigningCertUrl: '',
        UnsubscribeUrl: '',
        MessageAttributes: Object.fromEntries(values),
      },
    }],
  };
}
