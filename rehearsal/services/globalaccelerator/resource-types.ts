import * as v from 'valibot';
import type { Accelerator, Accelerators, Listener } from './accelerators';
import { AttachmentProperties, type Attachments } from './attachments';
import { Endpoint, GroupSettings } from './endpoint-group';
import { Flag, read } from '../../core/protocol/read';
import type { Provisioned, ResourceType } from '../../core/service';

const Port = v.pipe(v.union([v.number(), v.string()]), v.transform(Number));

const AcceleratorProperties = v.object({ Name: v.string(), Enabled: v.optional(Flag, true) });
const ListenerProperties = v.object({
  AcceleratorArn: v.string(),
  Protocol: v.optional(v.string(), 'TCP'),
  ClientAffinity: v.optional(v.string(), 'NONE'),
  PortRanges: v.array(v.object({ FromPort: Port, ToPort: Port })),
});
const GroupProperties = v.object({
  ...GroupSettings.entries,
  ListenerArn: v.string(),
  EndpointGroupRegion: v.string(),
  EndpointConfigurations: v.optional(v.array(Endpoint), []),
});

/** `AWS::GlobalAccelerator::Accelerator`. */
export function acceleratorType(service: Accelerators): ResourceType {
  const provisioned = ({ arn, dnsName, addresses }: Accelerator): Provisioned => ({
    id: arn,
    attributes: { AcceleratorArn: arn, DnsName: dnsName, Ipv4Addresses: [...addresses] },
  });
  return {
    async create(input, { accountId }) {
      const { Name: name, Enabled: enabled } = read(AcceleratorProperties, input);
      return provisioned(service.createAccelerator(accountId, name, enabled));
    },
    async update(id, input) {
      const { Name: name, Enabled: enabled } = read(AcceleratorProperties, input);
      service.putAccelerator({ ...service.accelerator(id), name, enabled });
      return provisioned(service.accelerator(id));
    },
    async remove(id) {
      service.remove(id);
    },
  };
}

/** `AWS::GlobalAccelerator::Listener`. */
export function listenerType(service: Accelerators): ResourceType {
  const settingsOf = (input: Record<string, unknown>): Omit<Listener, 'arn' | 'acceleratorArn'> => {
    const { Protocol: protocol, ClientAffinity: affinity, PortRanges: ports } = read(ListenerProperties, input);
    return { protocol, affinity, ports };
  };
  const create: ResourceType['create'] = async input => {
    const { AcceleratorArn: accelerator } = read(ListenerProperties, input);
    service.importListener(accelerator);
    const { arn } = service.createListener(accelerator, settingsOf(input));
    return { id: arn, attributes: { ListenerArn: arn } };
  };
  return {
    create,
    async update(id, input, before, context) {
      if (input.AcceleratorArn !== before.AcceleratorArn) return create(input, context);
      service.putListener({ ...service.listener(id), ...settingsOf(input) });
      return { id, attributes: { ListenerArn: id } };
    },
    async remove(id) {
      service.remove(id);
    },
  };
}

/** `AWS::GlobalAccelerator::EndpointGroup`. */
export function endpointGroupType(service: Accelerators): ResourceType {
  const create: ResourceType['create'] = async input => {
    const { ListenerArn: listener, EndpointGroupRegion: region, EndpointConfigurations: endpoints, ...settings } =
      read(GroupProperties, input);
    service.importListener(listener);
    const { arn } = service.createGroup(listener, region, endpoints, settings);
    return { id: arn, attributes: { EndpointGroupArn: arn } };
  };
  return {
    create,
    async update(id, input, before, context) {
      const isReplaced = ['ListenerArn', 'EndpointGroupRegion'].some(name => input[name] !== before[name]);
      if (isReplaced) return create(input, context);
      const { ListenerArn: _listener, EndpointGroupRegion: _region, EndpointConfigurations: endpoints, ...settings } =
        read(GroupProperties, input);
      service.update(service.group(id), endpoints, settings);
      return { id, attributes: { EndpointGroupArn: id } };
    },
    async remove(id) {
      service.remove(id);
    },
  };
}

/** `AWS::GlobalAccelerator::CrossAccountAttachment`. */
export function attachmentType(attachments: Attachments): ResourceType {
  return {
    async create(input, { accountId }) {
      const { arn } = attachments.create(accountId, read(AttachmentProperties, input));
      return { id: arn, attributes: { AttachmentArn: arn } };
    },
    async update(id, input) {
      attachments.replace(id, read(AttachmentProperties, input));
      return { id, attributes: { AttachmentArn: id } };
    },
    async remove(id) {
      attachments.remove(id);
    },
  };
}
