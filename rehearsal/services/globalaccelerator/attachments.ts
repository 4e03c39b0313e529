import * as v from 'valibot';
import type { Endpoint } from './endpoint-group';
import { Identifiers } from '../../core/identifiers';
import { AwsError } from '../../core/service';
import type { Environment } from '../../core/service';

/** An endpoint, or a range of addresses of the account. */
const Resource = v.object({
  EndpointId: v.optional(v.string()), Cidr: v.optional(v.string()), Region: v.optional(v.string()),
});
export const Resources = v.optional(v.array(Resource), []);
export const AttachmentProperties = v.object({
  Name: v.string(),
  Principals: v.optional(v.array(v.string()), []),
  Resources,
});
export type AttachmentProperties = v.InferOutput<typeof AttachmentProperties>;

export interface Attachment extends AttachmentProperties {
  readonly arn: string;
  readonly accountId: string;
  readonly createdAt: number;
  readonly modifiedAt: number;
}

/** Cross-account attachments: the owner of an endpoint allows accelerators of other accounts to use it. */
export class Attachments {
  private readonly identifiers = new Identifiers('attachment');
  private readonly known = new Map<string, Attachment>();

  public constructor(private readonly environment: Environment) {}

  public create(accountId: string, properties: AttachmentProperties): Attachment {
    const { partition, clock } = this.environment;
    const arn = `arn:${partition}:globalaccelerator::${accountId}:attachment/${this.identifiers.uuid()}`;
    const now = clock.now();
    const attachment = { ...properties, arn, accountId, createdAt: now, modifiedAt: now };
    this.known.set(arn, attachment);
    return attachment;
  }

  /** @throws AwsError if it does not exist */
  public required(arn: string): Attachment {
    const attachment = this.known.get(arn);
    if (attachment === undefined) {
      throw new AwsError('AttachmentNotFoundException', 'No cross-account attachment was found.');
    }
    return attachment;
  }

  public replace(arn: string, properties: Partial<AttachmentProperties>): Attachment {
    const changed = { ...this.required(arn), ...properties, modifiedAt: this.environment.clock.now() };
    this.known.set(arn, changed);
    return changed;
  }

  public remove(arn: string): void {
    this.required(arn);
    this.known.delete(arn);
  }

  public ofAccount(accountId: string): Attachment[] {
    return [...this.known.values()].filter(attachment => attachment.accountId === accountId);
  }

  /** Attachments that an account or one of its accelerators may use. */
  public usableBy(accountId: string, acceleratorArn?: string): Attachment[] {
    return [...this.known.values()].filter(attachment => allows(attachment, accountId, acceleratorArn));
  }

  /** Checks that an accelerator may use an endpoint of another account. @throws AwsError */
  public assertUsable(
    { EndpointId: id, AttachmentArn: arn }: Endpoint,
    accountId: string,
    acceleratorArn: string,
  ): void {
    const owner = /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(id)?.[1];
    if (owner === undefined || owner === accountId) return;
    const attachment = arn === undefined ? undefined : this.known.get(arn);
    const isListed = attachment?.Resources.some(resource => resource.EndpointId === id) === true;
    if (attachment !== undefined && isListed && allows(attachment, accountId, acceleratorArn)) return;
    throw new AwsError(
      'AccessDeniedException',
      `You don't have access permission: no cross-account attachment allows the endpoint ${id}.`,
    );
  }
}

function allows({ Principals: principals }: Attachment, accountId: string, acceleratorArn?: string): boolean {
  return principals.includes(accountId) || (acceleratorArn !== undefined && principals.includes(acceleratorArn));
}
