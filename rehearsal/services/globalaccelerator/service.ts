import * as v from 'valibot';
import type { Accelerator, Accelerators, Listener } from './accelerators';
import { attachmentOperations } from './attachment-operations';
import { Attachments } from './attachments';
import { Endpoint, EndpointGroup, GroupSettings } from './endpoint-group';
import { permissions } from './permissions';
import { acceleratorType, attachmentType, endpointGroupType, listenerType } from './resource-types';
import { Identifiers } from '../../core/identifiers';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Call, Environment, Operation, ResourceType, Service } from '../../core/service';

/** The only region with an endpoint of the API. */
const REGION = 'us-west-2';

const ListenerInput = v.object({ ListenerArn: v.string() });
const GroupInput = v.object({ EndpointGroupArn: v.string() });
const UpdateInput = v.object({
  ...GroupInput.entries,
  ...GroupSettings.entries,
  EndpointConfigurations: v.optional(v.array(Endpoint)),
});

/** AWS Global Accelerator: standard accelerators, weights of endpoints and cross-account attachments. */
export class GlobalAccelerator implements Accelerators, Service {
  public readonly name = 'globalaccelerator';
  public readonly protocol = 'json';
  public readonly namespace = 'GlobalAccelerator_V20180706';
  public readonly attachments: Attachments;
  public readonly operations: Record<string, Operation>;
  public readonly permissions = permissions;
  public readonly resourceTypes: Record<string, ResourceType>;
  /** Simulated seconds until traffic follows a change of an endpoint group. */
  public secondsInEffect = 30;
  /** Endpoints whose health checks fail. */
  public readonly unhealthy = new Set<string>();
  private readonly identifiers = new Identifiers('globalaccelerator');
  private readonly accelerators = new Map<string, Accelerator>();
  private readonly listeners = new Map<string, Listener>();
  private readonly groups = new Map<string, EndpointGroup>();

  public constructor(private readonly environment: Environment) {
    this.attachments = new Attachments(environment);
    this.operations = inItsRegion({
      DescribeAccelerator: async call => this.describeAccelerator(call),
      DescribeListener: async call => this.describeListener(call),
      DescribeEndpointGroup: async call => ({ EndpointGroup: this.describedGroup(this.groupOf(call)) }),
      UpdateEndpointGroup: async call => this.updateByCall(call),
      ...attachmentOperations(this.attachments),
    });
    this.resourceTypes = {
      'AWS::GlobalAccelerator::Accelerator': acceleratorType(this),
      'AWS::GlobalAccelerator::Listener': listenerType(this),
      'AWS::GlobalAccelerator::EndpointGroup': endpointGroupType(this),
      'AWS::GlobalAccelerator::CrossAccountAttachment': attachmentType(this.attachments),
    };
  }

  public createAccelerator(accountId: string, name: string, enabled = true): Accelerator {
    const now = this.environment.clock.now();
    const digits = [...this.identifiers.next(4)].map(digit => parseInt(digit, 16));
    const accelerator = {
      arn: `arn:${this.environment.partition}:globalaccelerator::${accountId}:accelerator/${this.identifiers.uuid()}`,
      accountId,
      name,
      dnsName: `a${this.identifiers.next(16)}.awsglobalaccelerator.com`,
      addresses: [`75.2.${digits[0]}.${digits[1]}`, `99.83.${digits[2]}.${digits[3]}`],
      enabled,
      createdAt: now,
      deployedAt: now + this.secondsInEffect * 1000,
    };
    this.accelerators.set(accelerator.arn, accelerator);
    return accelerator;
  }

  public createListener(acceleratorArn: string, settings: Omit<Listener, 'arn' | 'acceleratorArn'>): Listener {
    this.accelerator(acceleratorArn);
    const listener = { ...settings, acceleratorArn, arn: `${acceleratorArn}/listener/${this.identifiers.next(8)}` };
    this.listeners.set(listener.arn, listener);
    return listener;
  }

  public putListener(listener: Listener): void {
    this.listeners.set(listener.arn, listener);
  }

  public putAccelerator(accelerator: Accelerator): void {
    this.accelerators.set(accelerator.arn, accelerator);
  }

  /** Records an accelerator, and a listener, of a template that exist in the account and not here. */
  public importListener(arn: string): void {
    const [acceleratorArn, id] = arn.split('/listener/');
    if (!this.accelerators.has(acceleratorArn)) {
      const made = this.createAccelerator(acceleratorArn.split(':')[4], acceleratorArn);
      this.accelerators.delete(made.arn);
      this.accelerators.set(acceleratorArn, { ...made, arn: acceleratorArn });
    }
    if (id !== undefined && !this.listeners.has(arn)) {
      this.putListener({ arn, acceleratorArn, protocol: 'TCP', affinity: 'NONE', ports: [] });
    }
  }

  /** @throws AwsError if an endpoint is not allowed */
  public createGroup(
    listenerArn: string,
    region: string,
    endpoints: readonly Endpoint[],
    settings: GroupSettings = {},
  ): EndpointGroup {
    this.listener(listenerArn);
    if ([...this.groups.values()].some(group => group.listenerArn === listenerArn && group.region === region)) {
      throw new AwsError(
        'EndpointGroupAlreadyExistsException',
        'The endpoint group that you specified already exists.',
      );
    }
    const group = new EndpointGroup(`${listenerArn}/endpoint-group/${this.identifiers.next(12)}`, listenerArn, region);
    this.update(group, endpoints, settings);
    this.groups.set(group.arn, group);
    return group;
  }

  /** Changes a group; traffic follows later. @throws AwsError if an endpoint is not allowed */
  public update(group: EndpointGroup, endpoints: readonly Endpoint[] | undefined, settings: GroupSettings): void {
    const accelerator = this.accelerator(this.listener(group.listenerArn).acceleratorArn);
    for (const endpoint of endpoints ?? []) {
      this.attachments.assertUsable(endpoint, accelerator.accountId, accelerator.arn);
    }
    const now = this.environment.clock.now();
    group.update(endpoints, settings, now, now + this.secondsInEffect * 1000);
    this.accelerators.set(accelerator.arn, { ...accelerator, deployedAt: now + this.secondsInEffect * 1000 });
  }

  public remove(arn: string): void {
    for (const resources of [this.accelerators, this.listeners, this.groups]) resources.delete(arn);
  }

  public accelerator(arn: string): Accelerator {
    return required(this.accelerators, arn, 'AcceleratorNotFoundException', 'accelerator');
  }

  public listener(arn: string): Listener {
    return required(this.listeners, arn, 'ListenerNotFoundException', 'listener');
  }

  public group(arn: string): EndpointGroup {
    return required(this.groups, arn, 'EndpointGroupNotFoundException', 'endpoint group');
  }

  /**
   * Returns the endpoint for a new flow; undefined if none has a weight. If no endpoint is healthy, all are used.
   *
   * @param random number from 0 to 1
   */
  public endpointForFlow(listenerArn: string, random: () => number): string | undefined {
    const now = this.environment.clock.now();
    const groups = [...this.groups.values()].filter(group => group.listenerArn === listenerArn);
    const inEffect = groups.map(group => group.inEffect(now)).filter(({ dial }) => dial > 0);
    const chosen = inEffect.find(({ dial }, index) => index === inEffect.length - 1 || random() * 100 < dial);
    const weighted = (chosen?.endpoints ?? []).filter(({ Weight: weight }) => weight > 0);
    const healthy = weighted.filter(({ EndpointId: id }) => !this.unhealthy.has(id));
    const usable = healthy.length > 0 ? healthy : weighted;
    const total = usable.reduce((sum, { Weight: weight }) => sum + weight, 0);
    let left = random() * total;
    return usable.find(({ Weight: weight }) => (left -= weight) < 0)?.EndpointId;
  }

  private updateByCall(call: Call): unknown {
    const group = this.groupOf(call);
    const { EndpointConfigurations: endpoints, EndpointGroupArn: _arn, ...settings } = read(UpdateInput, call.input);
    this.update(group, endpoints, settings);
    return { EndpointGroup: this.describedGroup(group) };
  }

  private describedGroup(group: EndpointGroup): unknown {
    return group.describe(id => !this.unhealthy.has(id));
  }

  private describeAccelerator(call: Call): unknown {
    const found = this.accelerator(read(v.object({ AcceleratorArn: v.string() }), call.input).AcceleratorArn);
    return {
      Accelerator: {
        AcceleratorArn: found.arn,
        Name: found.name,
        IpAddressType: 'IPV4',
        Enabled: found.enabled,
        IpSets: [{ IpFamily: 'IPv4', IpAddresses: found.addresses, IpAddressFamily: 'IPv4' }],
        DnsName: found.dnsName,
        Status: found.deployedAt <= this.environment.clock.now() ? 'DEPLOYED' : 'IN_PROGRESS',
        CreatedTime: new Date(found.createdAt),
        LastModifiedTime: new Date(found.createdAt),
      },
    };
  }

  private describeListener(call: Call): unknown {
    const { arn, protocol, affinity, ports } = this.listener(read(ListenerInput, call.input).ListenerArn);
    return { Listener: { ListenerArn: arn, Protocol: protocol, ClientAffinity: affinity, PortRanges: ports } };
  }

  private groupOf(call: Call): EndpointGroup {
    return this.group(read(GroupInput, call.input).EndpointGroupArn);
  }
}

function required<Resource>(
  resources: ReadonlyMap<string, Resource>,
  arn: string,
  code: string,
  kind: string,
): Resource {
  const found = resources.get(arn);
  if (found === undefined) throw new AwsError(code, `The ${kind} that you specified doesn't exist.`);
  return found;
}

/** The API has no endpoint in other regions. */
function inItsRegion(operations: Readonly<Record<string, Operation>>): Record<string, Operation> {
  const guarded = Object.entries(operations).map(([name, operation]): [string, Operation] => [
    name,
    async call => {
      if (call.region === REGION) return operation(call);
      throw new AwsError('ENOTFOUND', `getaddrinfo ENOTFOUND globalaccelerator.${call.region}.amazonaws.com`);
    },
  ]);
  return Object.fromEntries(guarded);
}
