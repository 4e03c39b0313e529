import type { Endpoint, EndpointGroup, GroupSettings } from './endpoint-group';

export interface Accelerator {
  readonly arn: string;
  readonly accountId: string;
  readonly name: string;
  readonly dnsName: string;
  readonly addresses: readonly string[];
  readonly enabled: boolean;
  readonly createdAt: number;
  /** Until then the accelerator is being changed. */
  readonly deployedAt: number;
}

export interface Listener {
  readonly arn: string;
  readonly acceleratorArn: string;
  readonly protocol: string;
  readonly affinity: string;
  readonly ports: readonly { readonly FromPort: number; readonly ToPort: number }[];
}

/** The accelerators that templates create and change. */
export interface Accelerators {
  createAccelerator(accountId: string, name: string, enabled?: boolean): Accelerator;
  createListener(acceleratorArn: string, settings: Omit<Listener, 'arn' | 'acceleratorArn'>): Listener;
  putListener(listener: Listener): void;
  putAccelerator(accelerator: Accelerator): void;
  importListener(arn: string): void;
  createGroup(
    listenerArn: string,
    region: string,
    endpoints: readonly Endpoint[],
    settings?: GroupSettings,
  ): EndpointGroup;
  update(group: EndpointGroup, endpoints: readonly Endpoint[] | undefined, settings: GroupSettings): void;
  remove(arn: string): void;
  accelerator(arn: string): Accelerator;
  listener(arn: string): Listener;
  group(arn: string): EndpointGroup;
}
