/** An attribute of a message. */
export interface MessageAttribute {
  /** `String`, `String.Array`, `Number` or `Binary`. */
  readonly type: string;
  /** As the publisher has sent it: `Binary` in base64. */
  readonly value: string;
}

/** A message that is published to a topic. */
export interface Publication {
  readonly topicArn: string;
  readonly subject?: string;
  readonly body: string;
  readonly attributes?: Readonly<Record<string, MessageAttribute>>;
  /** Bodies by protocol, with that of `default` for others. */
  readonly bodies?: Readonly<Record<string, string>>;
}
