import * as v from 'valibot';
import { AttachmentProperties, Resources, type Attachment, type Attachments } from './attachments';
import { read } from '../../core/protocol/read';
import type { Operation } from '../../core/service';

const ArnInput = v.object({ AttachmentArn: v.string() });
const UpdateInput = v.object({
  ...ArnInput.entries,
  Name: v.optional(v.string()),
  AddPrincipals: v.optional(v.array(v.string()), []),
  RemovePrincipals: v.optional(v.array(v.string()), []),
  AddResources: Resources,
  RemoveResources: Resources,
});
const ResourcesInput = v.object({
  AcceleratorArn: v.optional(v.string()),
  ResourceOwnerAwsAccountId: v.string(),
});

/** API operations for cross-account attachments. Lists have one page. */
export function attachmentOperations(attachments: Attachments): Record<string, Operation> {
  return {
    CreateCrossAccountAttachment: async call => {
      const properties = read(AttachmentProperties, call.input);
      return { CrossAccountAttachment: described(attachments.create(call.caller.accountId, properties)) };
    },
    DescribeCrossAccountAttachment: async call => ({
      CrossAccountAttachment: described(attachments.required(read(ArnInput, call.input).AttachmentArn)),
    }),
    UpdateCrossAccountAttachment: async call => ({
      CrossAccountAttachment: described(updated(attachments, call.input)),
    }),
    DeleteCrossAccountAttachment: async call => {
      attachments.remove(read(ArnInput, call.input).AttachmentArn);
      return {};
    },
    ListCrossAccountAttachments: async call => ({
      CrossAccountAttachments: attachments.ofAccount(call.caller.accountId).map(described),
    }),
    ListCrossAccountResources: async call => {
      const { AcceleratorArn: accelerator, ResourceOwnerAwsAccountId: owner } = read(ResourcesInput, call.input);
      const usable = attachments.usableBy(call.caller.accountId, accelerator);
      return {
        CrossAccountResources: usable
          .filter(({ accountId }) => accountId === owner)
          .flatMap(({ arn, Resources: resources }) =>
            resources.map(({ EndpointId, Cidr }) => ({ EndpointId, Cidr, AttachmentArn: arn })),
          ),
      };
    },
  };
}

function updated(attachments: Attachments, input: Record<string, unknown>): Attachment {
  const change = read(UpdateInput, input);
  const { Name: name, Principals: principals, Resources: resources } = attachments.required(change.AttachmentArn);
  const removed = new Set(change.RemoveResources.map(idOf));
  return attachments.replace(change.AttachmentArn, {
    Name: change.Name ?? name,
    Principals: [...principals.filter(one => !change.RemovePrincipals.includes(one)), ...change.AddPrincipals],
    Resources: [...resources.filter(resource => !removed.has(idOf(resource))), ...change.AddResources],
  });
}

function idOf({ EndpointId: endpoint, Cidr: range }: Attachment['Resources'][number]): string | undefined {
  return endpoint ?? range;
}

function described({ arn, Name, Principals, Resources: resources, createdAt, modifiedAt }: Attachment): unknown {
  return {
    AttachmentArn: arn,
    Name,
    Principals,
    Resources: resources,
    CreatedTime: new Date(createdAt),
    LastModifiedTime: new Date(modifiedAt),
  };
}
