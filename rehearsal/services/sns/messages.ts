import { admits } from './filter-policy';
import { lambdaEvent } from './lambda-event';
import type { Subscription, Topics } from './topics';
import { Identifiers } from '../../core/identifiers';
import type { Publication } from '../../core/publication';
import type { Environment } from '../../core/service';

/** What one subscriber would have received. */
export interface SentMessage {
  /** Simulated time, in milliseconds since 1970. */
  readonly at: number;
  readonly topicArn: string;
  readonly subject?: string;
  readonly body: string;
  /** Undefined: the topic has no subscription that the message matches. */
  readonly subscription?: Subscription;
  /** Why the message was not published or delivered. */
  readonly refusal?: string;
}

/** Invokes a function for a topic. Returns why it may not. */
export type InvokeForTopic = (functionArn: string, event: unknown, topicArn: string) => string | undefined;

/** The messages of all topics. Functions receive them; what others would have received is recorded. */
export class Messages {
  public readonly sent: SentMessage[] = [];
  public onMessage?: (message: SentMessage) => void;
  public invoke?: InvokeForTopic;
  private readonly identifiers = new Identifiers('sns/messages');

  public constructor(private readonly environment: Environment, private readonly topics: Topics) {}

  /** Sends a message to all subscribers. Returns its id. */
  public publish(publication: Publication): string {
    const messageId = this.identifiers.uuid();
    const all = this.topics.subscriptionsOf(publication.topicArn);
    const receiving = all.filter(subscription => admits(subscription, publication));
    if (receiving.length === 0) this.record(publication, publication.body);
    for (const subscription of receiving) {
      const body = publication.bodies?.[subscription.protocol] ?? publication.body;
      this.record(publication, body, subscription, this.deliver(subscription, { ...publication, body }, messageId));
    }
    return messageId;
  }

  /** Records a message that a service was not allowed to publish. */
  public refuse(publication: Publication, refusal: string): void {
    this.record(publication, publication.body, undefined, refusal);
  }

  private deliver(subscription: Subscription, publication: Publication, messageId: string): string | undefined {
    if (subscription.protocol !== 'lambda') return undefined;
    const event = lambdaEvent(subscription, publication, { messageId, at: this.environment.clock.now() });
    return this.invoke?.(subscription.endpoint, event, publication.topicArn);
  }

  private record(
    { topicArn, subject }: Publication, body: string, subscription?: Subscription, refusal?: string,
  ): void {
    const message = { at: this.environment.clock.now(), topicArn, subject, body, subscription, refusal };
    this.sent.push(message);
    this.onMessage?.(message);
  }
}
