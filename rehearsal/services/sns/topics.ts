import { isDeepStrictEqual } from 'node:util';
import { Identifiers } from '../../core/identifiers';
import type { PolicyDocument } from '../../core/policy-document';
import { AwsError } from '../../core/service';

/** Who receives the messages of a topic. Email addresses are taken as confirmed. */
export interface Subscription {
  readonly arn: string;
  readonly topicArn: string;
  /** For example `email`. */
  readonly protocol: string;
  readonly endpoint: string;
  readonly filterPolicy?: Readonly<Record<string, unknown>>;
  readonly filterScope: 'MessageAttributes' | 'MessageBody';
}

/** A subscription that someone asks for. The scope is that of attributes by default. */
export type NewSubscription = Omit<Subscription, 'arn' | 'filterScope'> & Partial<Pick<Subscription, 'filterScope'>>;

/** All topics with their policies and subscriptions. */
export class Topics {
  private readonly identifiers = new Identifiers('sns/subscriptions');
  private readonly known = new Set<string>();
  private readonly policies = new Map<string, PolicyDocument>();
  private readonly subscriptions = new Map<string, Subscription>();

  /** ARNs of the topics of an account and region. */
  public in(accountId: string, region: string): readonly string[] {
    return [...this.known].filter(arn => arn.split(':').slice(3, 5).join() === [region, accountId].join());
  }

  public has(topicArn: string): boolean {
    return this.known.has(topicArn);
  }

  public add(topicArn: string): void {
    this.known.add(topicArn);
  }

  /** Deletes a topic with its subscriptions. */
  public remove(topicArn: string): void {
    this.known.delete(topicArn);
    this.policies.delete(topicArn);
    for (const { arn } of this.subscriptionsOf(topicArn)) this.subscriptions.delete(arn);
  }

  /** @throws AwsError if the topic does not exist */
  public require(topicArn: string): void {
    const exists = this.known.has(topicArn) || this.subscriptionsOf(topicArn).length > 0;
    if (!exists) throw new AwsError('NotFound', 'Topic does not exist', 404);
  }

  /** Returns the policy of a topic; undefined if it has that of AWS. */
  public policyOf(topicArn: string): PolicyDocument | undefined {
    return this.policies.get(topicArn);
  }

  public setPolicy(topicArn: string, policy: PolicyDocument | undefined): void {
    if (policy === undefined) this.policies.delete(topicArn);
    else this.policies.set(topicArn, policy);
  }

  public subscriptionsOf(topicArn: string): readonly Subscription[] {
    return [...this.subscriptions.values()].filter(subscription => subscription.topicArn === topicArn);
  }

  /**
   * Adds a subscription, or returns the one that the endpoint has. A topic that the app imports is taken as existing.
   *
   * @throws AwsError if an attribute that is given differs from that of the known subscription
   */
  public subscribe(wanted: NewSubscription): Subscription {
    const known = this.subscriptionsOf(wanted.topicArn)
      .find(({ protocol, endpoint }) => protocol === wanted.protocol && endpoint === wanted.endpoint);
    if (known === undefined) return this.replace(`${wanted.topicArn}:${this.identifiers.uuid()}`, wanted);
    if (differs(known, wanted)) {
      throw new AwsError(
        'InvalidParameter',
        'Invalid parameter: Attributes Reason: Subscription already exists with different attributes',
      );
    }
    return known;
  }

  /** Adds a subscription with a known ARN, or replaces it. */
  public replace(arn: string, wanted: NewSubscription): Subscription {
    const made: Subscription = { ...wanted, arn, filterScope: wanted.filterScope ?? 'MessageAttributes' };
    this.subscriptions.set(arn, made);
    return made;
  }

  public unsubscribe(arn: string): void {
    this.subscriptions.delete(arn);
  }
}

function differs(known: Subscription, { filterPolicy, filterScope }: NewSubscription): boolean {
  return filterPolicy !== undefined && !isDeepStrictEqual(filterPolicy, known.filterPolicy)
    || filterScope !== undefined && filterScope !== known.filterScope;
}
