import type {
  ControlledPipeline,
  PipelineControl,
  PipelineExecution,
  PipelineState,
} from '../../lambda/pipeline-control/control';
import { awsError } from '../fixtures/aws-error';
import type { FakeAccounts } from '../stack/fake-accounts';

/** Pipelines of the stacks that begin with `pipe`. Each runs when it is created, as on AWS. */
export class FakePipelines implements PipelineControl {
  /** Moments at which two pipelines could run. */
  public readonly clashes: string[] = [];
  public readonly started: string[] = [];
  /** Accounts whose pipelines were changed while something ran in them. */
  public readonly cancelled = new Set<string>();
  /** What happens just when a pipeline was enabled. */
  public onEnable?: () => Promise<void>;
  /** Accounts whose pipelines have nothing to do. */
  public readonly idle = new Set<string>();
  /** Accounts whose pipeline is found when its stack is complete, and not before. */
  public readonly late = new Set<string>();
  private readonly accountIds = new Set<string>();
  private readonly disabled = new Map<string, string>();
  private readonly stopped = new Set<string>();

  public constructor(private readonly accounts: FakeAccounts) {
    accounts.onCreate = (accountId, stackName) => {
      if (!stackName.startsWith('pipe')) return;
      this.noteClash(`${accountId} is made`);
      this.accountIds.add(accountId);
    };
  }

  public async enable(pipeline: ControlledPipeline): Promise<void> {
    const stackId = await this.stackOf(pipeline.accountId);
    if (!this.disabled.has(stackId)) return;
    this.disabled.delete(stackId);
    this.noteClash(`${pipeline.accountId} is enabled`, pipeline.accountId);
    await this.onEnable?.();
  }

  public async disable({ accountId }: ControlledPipeline, reason: string): Promise<void> {
    this.disabled.set(await this.stackOf(accountId), reason);
  }

  public async state({ accountId }: ControlledPipeline): Promise<PipelineState> {
    const disabledReason = this.disabled.get(await this.stackOf(accountId));
    return { ...(disabledReason !== undefined && { disabledReason }), waiting: [], awaitingApproval: [], actions: [] };
  }

  public async executions({ accountId }: ControlledPipeline): Promise<readonly PipelineExecution[]> {
    const isStopped = this.stopped.has(await this.stackOf(accountId));
    const status = this.cancelled.has(accountId)
      ? 'Cancelled'
      : this.idle.has(accountId)
        ? 'Succeeded'
        : isStopped
          ? 'Stopped'
          : 'InProgress';
    return [{ executionId: 'first', status, startedAt: new Date(0), updatedAt: new Date(0) }];
  }

  public async abandon({ accountId }: ControlledPipeline): Promise<void> {
    this.stopped.add(await this.stackOf(accountId));
  }

  public async stopBuild(): Promise<void> {
    throw new Error('nothing is built here');
  }

  public async start({ accountId }: ControlledPipeline, token: string): Promise<void> {
    this.stopped.delete(await this.stackOf(accountId));
    this.cancelled.delete(accountId);
    if (!this.started.includes(`${accountId} ${token}`)) this.started.push(`${accountId} ${token}`);
  }

  /** The accounts whose pipelines let commits through. */
  public get active(): readonly string[] {
    return [...this.accountIds].filter(accountId => {
      const stackId = this.find(accountId);
      return stackId !== undefined && !this.disabled.has(stackId);
    });
  }

  private noteClash(event: string, accountId?: string): void {
    const others = this.active.filter(other => other !== accountId);
    if (others.length > 0) this.clashes.push(`${event} while that of ${others.join()} is active`);
  }

  private find(accountId: string): string | undefined {
    return this.accounts.of(accountId).idOf(/^pipe/);
  }

  private async stackOf(accountId: string): Promise<string> {
    if (this.accounts.closed.has(accountId)) throw awsError('AccessDenied', 'not authorized to perform sts:AssumeRole');
    const found = this.find(accountId);
    const isLate = this.late.has(accountId) && this.accounts.of(accountId).isCreating(/^pipe/);
    if (!found || isLate) throw awsError('PipelineNotFoundException', 'no pipeline');
    return found;
  }
}
