/** A message that is published to a topic. */
export interface Publication {
  readonly topicArn: string;
  readonly subject?: string;
  readonly body: string;
  readonly attributes?: Readonly<Record<string, string>>;
  /** Bodies by protocol, with that of `default` for others. */
  readonly bodies?: Readonly<Record<string, string>>;
}
