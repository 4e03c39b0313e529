import { Applications } from './applications';
import type { PipelineOutbound } from './aws';
import type { Environments } from './environments';
import type { Handover } from './handover';
import type { PipelineRequest } from '../../src/pipeline/contract';
import type { Accounts } from '../cloudformation/accounts';
import type { HandlerAccount } from '../cloudformation/handler-account';
import { SUSPENSION_REASONS } from '../pipeline-control/suspension';
import { pipelineKey } from '../registry/pipeline';
import type { PipelineRecord } from '../registry/pipeline';
import type { Registry, Versioned } from '../registry/registry';
import { isAccessDenied, isNamed } from '../shared/errors';
import type { Progress } from '../shared/lifecycle';
import { done, waitFor } from '../shared/lifecycle';

type Read = Versioned<PipelineRecord>;

interface TeardownOptions {
  /** Whether applications are deleted with their pipeline. */
  readonly mayDelete: () => Promise<boolean>;
  /** Called when the pipeline has been stopped. */
  readonly stopped: () => Promise<void>;
}

/** Stops a pipeline, then deletes its applications, then its artifacts. Its stack is deleted afterwards. */
export class Teardown {
  private readonly applications: Applications;

  public constructor(
    private readonly registry: Registry,
    private readonly outbound: PipelineOutbound,
    accounts: Accounts,
    handlerAccount: HandlerAccount,
    private readonly environments: Environments,
    private readonly handover: Handover,
    now: () => number,
  ) {
    this.applications = new Applications(registry, accounts, handlerAccount, now);
  }

  public async reconcile(
    request: PipelineRequest,
    record: Read,
    { mayDelete, stopped }: TeardownOptions,
  ): Promise<Progress<Read>> {
    const key = pipelineKey(request);
    const pipeline = await this.environments.pipeline(key);
    if (!pipeline) return done(record);

    let current = record;
    if (current.teardown === undefined) {
      const suspension = { suspendedFor: key, reason: SUSPENSION_REASONS.removal, since: record.requestedAt };
      // a pipeline that is being created would be enabled, so the former one waits until it is deleted
      if (await this.handover.suspend(key, suspension)) await stopped();
      current = await this.saveProgress(key, current, 'stopped');
    }
    if (current.teardown === 'stopped') {
      // A pipeline that was never complete has deployed nothing: the stacks in the account are not its own.
      // A rollback is not a requested removal.
      const mustDelete = pipeline.applications === 'delete' && current.complete && (await mayDelete());
      const deletion = mustDelete && (await this.applications.deleteNext(request, current));
      if (deletion) return deletion;
      current = await this.saveProgress(key, current, 'applications deleted');
    }
    if (current.teardown === 'applications deleted') {
      if (!(await this.deleteArtifacts(request))) {
        return waitFor(`the artifacts in account ${request.accountId} to be deleted`);
      }
      current = await this.saveProgress(key, current, 'artifacts deleted');
    }
    return done(current);
  }

  private async deleteArtifacts(request: PipelineRequest): Promise<boolean> {
    try {
      return await this.outbound.deleteArtifacts(request);
    } catch (error) {
      // without role, bucket or account nothing can be deleted; the remaining objects expire
      if (isAccessDenied(error) || isNamed(error, 'NoSuchBucket')) return true;
      throw error;
    }
  }

  private async saveProgress(key: string, record: Read, teardown: PipelineRecord['teardown']): Promise<Read> {
    return this.registry.write<PipelineRecord>(key, { ...record, teardown }, record.version);
  }
}
