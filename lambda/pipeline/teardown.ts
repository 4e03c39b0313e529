import { Applications } from './applications';
import type { PipelineOutbound } from './outbound';
import type { Environments } from './environments';
import type { Handover } from './handover';
import type { PipelineRequest } from '../../src/pipeline/contract';
import type { Accounts } from '../cloudformation/accounts';
import type { HandlerAccount } from '../cloudformation/errors';
import { pipelineKey } from '../registry/pipeline';
import type { PipelineRecord } from '../registry/pipeline';
import type { Registry, Versioned } from '../registry/registry';
import { isAccessDenied, isNamed } from '../shared/errors';
import type { Progress } from '../shared/lifecycle';
import { done, IN_PROGRESS } from '../shared/lifecycle';

type Read = Versioned<PipelineRecord>;

interface TeardownOptions {
  /** Whether applications are deleted with their pipeline. */
  readonly mayDelete: () => Promise<boolean>;
  /** Called when the pipeline has been stopped. */
  readonly stopped: () => Promise<void>;
}

/** What is removed before the stack of a pipeline: the pipeline is stopped, then its applications are deleted, then its artifacts. */
export class Teardown {
  private readonly applications: Applications;

  public constructor(
    private readonly registry: Registry, private readonly outbound: PipelineOutbound, accounts: Accounts, home: HandlerAccount,
    private readonly environments: Environments, private readonly handover: Handover, now: () => number,
  ) {
    this.applications = new Applications(registry, accounts, home, now);
  }

  public async reconcile(request: PipelineRequest, record: Read, { mayDelete, stopped }: TeardownOptions): Promise<Progress<Read>> {
    const key = pipelineKey(request);
    const pipeline = await this.environments.pipeline(key);
    if (!pipeline) return done(record);

    let current = record;
    if (current.teardown === undefined) {
      const suspension = { suspendedFor: key, reason: 'Its environment is being removed', since: record.requestedAt };
      // one that is still being made would be enabled, so the former one waits until it is deleted
      if (await this.handover.suspend(key, suspension)) await stopped();
      current = await this.saveProgress(key, current, 'stopped');
    }
    if (current.teardown === 'stopped') {
      // A pipeline that was never complete has deployed nothing, and the stacks in the account belong to someone else.
      // Nor has anyone requested a removal where a failed deployment is rolled back.
      const mustDelete = pipeline.applications === 'delete' && current.complete && await mayDelete();
      if (mustDelete && !await this.applications.deleteNext(request, current)) return IN_PROGRESS;
      current = await this.saveProgress(key, current, 'applications deleted');
    }
    if (current.teardown === 'applications deleted') {
      if (!await this.deleteArtifacts(request)) return IN_PROGRESS;
      current = await this.saveProgress(key, current, 'artifacts deleted');
    }
    return done(current);
  }

  private async deleteArtifacts(request: PipelineRequest): Promise<boolean> {
    try {
      return await this.outbound.deleteArtifacts(request);
    } catch (error) {
      // without role, bucket or account nothing can be deleted; objects that are left in a bucket expire
      if (isAccessDenied(error) || isNamed(error, 'NoSuchBucket')) return true;
      throw error;
    }
  }

  private async saveProgress(key: string, record: Read, teardown: PipelineRecord['teardown']): Promise<Read> {
    return this.registry.write<PipelineRecord>(key, { ...record, teardown }, record.version);
  }
}
