import pc from 'picocolors';
import type { SentMessage } from '../../rehearsal/services/sns/messages';
import { publicEndpoint } from '../report/endpoint';

/** Characters of a message that are shown. */
const SHOWN = 160;

/** Returns a line like `message to anna@example.com (topic alerts): the stage Deploy has failed`. */
export function describeMessage({ topicArn, subject, body, subscription, refusal }: SentMessage): string {
  const topic = topicArn.slice(topicArn.lastIndexOf(':') + 1);
  const text = excerpt(subject ?? body);
  if (subscription === undefined) {
    return refusal === undefined
      ? `message not delivered: topic ${topic} has no matching subscription: ${text}`
      : `${pc.yellow('!')} message was not published (topic ${topic}): ${text}: ${refusal}`;
  }
  const endpoint = publicEndpoint(subscription);
  const name = endpoint.slice(endpoint.lastIndexOf(':') + 1);
  const receiver = endpoint.startsWith('arn:') ? `${subscription.protocol} ${name}` : endpoint;
  const line = `message to ${receiver} (topic ${topic}): ${text}`;
  return refusal === undefined ? line : `${pc.yellow('!')} ${line}: not delivered: ${refusal}`;
}

function excerpt(text: string): string {
  const [line = ''] = text.split('\n').filter(part => part.trim() !== '');
  return line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line;
}
