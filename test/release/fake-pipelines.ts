import type { PipelineControl, PipelineExecution, PipelineState } from '../../lambda/pipeline-control/control';
import type { SideName } from '../../src/blue-green/contract';

export const ACCOUNTS: Readonly<Record<SideName, string>> = { blue: '333333333333', green: '444444444444' };

const DEPLOY_MILLISECONDS = 120_000;

interface Run extends PipelineExecution {
  /** When it has passed the transition; absent: it waits there. */
  readonly passedAt?: number;
}

interface At {
  readonly accountId: string;
}

/** A pipeline on each side, which deploys a commit two minutes after it has passed the transition. */
export class FakePipelines implements PipelineControl {
  public readonly disabled = new Set<string>(Object.values(ACCOUNTS));
  /** Commits whose deployment fails. */
  public readonly broken = new Set<string>();
  private readonly runs = new Map<string, Run[]>();

  /** @param headOf the head of the branch of a side */
  public constructor(
    private readonly now: () => number,
    private readonly headOf: (side: SideName) => string | undefined,
  ) {}

  public async disable({ accountId }: At): Promise<void> {
    this.settle(accountId);
    this.disabled.add(accountId);
  }

  public async enable({ accountId }: At): Promise<void> {
    this.settle(accountId);
    this.disabled.delete(accountId);
    this.settle(accountId);
  }

  public async state({ accountId }: At): Promise<PipelineState> {
    const unfinished = this.settle(accountId).filter(({ status }) => status === 'InProgress');
    const passed = unfinished.filter(({ passedAt }) => passedAt !== undefined);
    return {
      waiting: unfinished.filter(run => !passed.includes(run)).map(({ executionId }) => executionId),
      awaitingApproval: [],
      actions: passed.map(({ executionId }) => ({ name: 'Deploy/Deploy', isAbandoned: false, buildId: executionId })),
    };
  }

  public async executions({ accountId }: At): Promise<readonly PipelineExecution[]> {
    return this.settle(accountId).map(({ passedAt, ...execution }) => execution);
  }

  public async abandon({ accountId }: At, executionId: string): Promise<void> {
    this.change(accountId, run => (
      run.executionId === executionId && run.status === 'InProgress' ? { ...run, status: 'Stopped' } : run
    ));
  }

  public async stopBuild(): Promise<void> {
    // the builds end with their executions
  }

  public async start({ accountId }: At, token: string): Promise<void> {
    if (this.settle(accountId).some(({ executionId }) => executionId === token)) return;
    const side = accountId === ACCOUNTS.blue ? 'blue' : 'green';
    this.push(side, this.headOf(side) ?? '', token);
  }

  public hasDeployed(side: SideName): boolean {
    return this.settle(ACCOUNTS[side]).some(({ status }) => status === 'Succeeded');
  }

  /** An event of the repository starts the pipeline. An execution that waits at the transition is superseded. */
  public push(side: SideName, commitId: string, executionId = `push-${commitId}`): void {
    const accountId = ACCOUNTS[side];
    const at = new Date(this.now());
    this.change(accountId, run => (
      run.status === 'InProgress' && run.passedAt === undefined ? { ...run, status: 'Superseded' } : run
    ));
    const run: Run = { executionId, status: 'InProgress', startedAt: at, updatedAt: at, commitId };
    this.runs.set(accountId, [run, ...(this.runs.get(accountId) ?? [])]);
    this.settle(accountId);
  }

  /** One execution is deployed at a time; the next one passes when it has ended. */
  private settle(accountId: string): readonly Run[] {
    const now = this.now();
    this.change(accountId, run => {
      const { status, passedAt = now } = run;
      const isOver = status === 'InProgress' && now - passedAt > DEPLOY_MILLISECONDS;
      return isOver ? { ...run, status: this.broken.has(run.commitId ?? '') ? 'Failed' : 'Succeeded' } : run;
    });
    const runs = this.runs.get(accountId) ?? [];
    const isBusy = runs.some(({ status, passedAt }) => status === 'InProgress' && passedAt !== undefined);
    const waiting = runs.find(({ status, passedAt }) => status === 'InProgress' && passedAt === undefined);
    if (!waiting || isBusy || this.disabled.has(accountId)) return runs;
    this.change(accountId, run => (run === waiting ? { ...run, passedAt: now } : run));
    return this.runs.get(accountId) ?? [];
  }

  private change(accountId: string, change: (run: Run) => Run): void {
    this.runs.set(accountId, (this.runs.get(accountId) ?? []).map(run => change(run)));
  }
}
