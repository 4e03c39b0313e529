import { FakeEc2, GATEWAY, HUB } from './fake-ec2';
import type { TransitRecord } from '../../lambda/registry/transit';
import { isTransient } from '../../lambda/shared/errors';
import { IN_PROGRESS } from '../../lambda/shared/lifecycle';
import type { Owner, Progress } from '../../lambda/shared/lifecycle';
import { TransitLifecycle } from '../../lambda/transit/lifecycle';
import type { TransitAttachmentRequest } from '../../src/transit/contract';
import { FakeRegistry } from '../registry/fake-registry';
import { Fate } from '../shared/fate';

export const KEY = `transit#${GATEWAY}/vpc-1`;

export const request: TransitAttachmentRequest = {
  networkName: 'Cicd/Network',
  region: 'eu-west-1',
  transitGatewayId: GATEWAY,
  hubRoleArn: HUB.roleArn,
  vpcId: 'vpc-1',
  roleArn: 'arn:aws:iam::222222222222:role/network',
  subnetIds: ['subnet-1', 'subnet-2'],
  routeTableIds: ['rtb-1', 'rtb-2'],
  cidrs: ['10.0.0.0/8'],
  tableId: 'acme',
  propagatedTableIds: ['acme', 'shared'],
};

export function ownerOf(logicalId: string, stack = 'Cicd'): Owner {
  return { id: `${logicalId}-${stack}`, logicalId, stackId: `arn:aws:cloudformation:eu-west-1:1:stack/${stack}/uuid` };
}
export const owner = ownerOf('Attachment');

export class World {
  public readonly ec2 = new FakeEc2();
  public readonly registry = new FakeRegistry();
  public readonly fate = new Fate();
  public readonly lifecycle: TransitLifecycle;

  public constructor() {
    const ec2 = this.fate.over(this.ec2);
    this.lifecycle = new TransitLifecycle({
      registry: this.fate.over<FakeRegistry>(this.registry), networks: ec2, hubs: ec2,
    });
  }

  public async create(wanted = request, by = owner): Promise<string> {
    await this.lifecycle.requestCreate(by, wanted);
    return this.finish(wanted, by);
  }

  public async update(wanted: TransitAttachmentRequest, before = request): Promise<string> {
    await this.lifecycle.requestUpdate(owner, wanted, before);
    return this.finish(wanted);
  }

  public async finish(wanted = request, by = owner): Promise<string> {
    const { attachmentId } = await this.poll(async () => this.lifecycle.reconcile(by, wanted));
    return attachmentId;
  }

  /** Returns the note for the history. */
  public async delete(wanted = request, by = owner): Promise<string | undefined> {
    await this.lifecycle.requestDelete(by, wanted);
    let note: string | undefined;
    await this.poll(async () => {
      const progress = await this.lifecycle.reconcileDelete(by, wanted);
      if (progress.done) ({ note } = progress);
      return progress;
    });
    return note;
  }

  public async record(): Promise<TransitRecord> {
    const record = await this.registry.read<TransitRecord>(KEY);
    if (!record) throw new Error('there is no record');
    return record;
  }

  public async loseRecord(): Promise<void> {
    const record = await this.registry.read<TransitRecord>(KEY);
    await this.registry.remove(KEY, record?.version ?? 0);
  }

  public async restore(older: TransitRecord): Promise<void> {
    const record = await this.registry.read<TransitRecord>(KEY);
    await this.registry.write<TransitRecord>(KEY, older, record?.version);
  }

  private async poll<Result>(step: () => Promise<Progress<Result>>): Promise<Result> {
    for (let polls = 0; polls < 60; polls++) {
      const progress = await step().catch((error: unknown): Progress<Result> => {
        if (!isTransient(error)) throw error;
        return IN_PROGRESS;
      });
      if (progress.done) return progress.result;
    }
    throw new Error('never done');
  }
}

export const routed = (ec2: FakeEc2): string[] =>
  ec2.table.filter(({ transitGatewayId }) => transitGatewayId === GATEWAY)
    .map(({ routeTableId, cidr }) => `${routeTableId} ${cidr}`).sort();
