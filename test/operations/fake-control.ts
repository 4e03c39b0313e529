import type {
  ControlledPipeline,
  PipelineControl,
  PipelineExecution,
  PipelineState,
  UnfinishedAction,
} from '../../lambda/pipeline-control/control';

/** What goes on in a pipeline, as the test sets it and calls change it. */
export interface Running {
  disabledReason?: string;
  waiting: string[];
  awaitingApproval: string[];
  executions: PipelineExecution[];
  actions: UnfinishedAction[];
  /** Ids of builds that go on whether or not anybody waits for them. */
  builds: Set<string>;
}

interface Counted {
  readonly name: string;
  readonly accountId: string;
  readonly round: number;
}

/**
 * Pipelines in as many accounts. Calls that are made at the same time are answered at the same time: together they are
 * one round.
 */
export class FakeControl implements PipelineControl {
  public readonly calls: Counted[] = [];
  public readonly pipelines = new Map<string, Running>();
  /** Errors by account: whatever is asked there fails so. */
  public readonly errors = new Map<string, Error>();
  /** Called once a round is answered. */
  public onRound?: (round: number) => void;
  /** What happens just when a pipeline was enabled. */
  public onEnable?: () => Promise<void>;
  private rounds = 0;
  private round?: Promise<void>;

  public put(accountId: string, running: Partial<Running> = {}): Running {
    const none = { waiting: [], awaitingApproval: [], executions: [], actions: [], builds: new Set<string>() };
    const pipeline = { ...none, ...running };
    this.pipelines.set(accountId, pipeline);
    return pipeline;
  }

  /** An account whose pipeline is in the middle of a deployment. */
  public putRunning(accountId: string): Running {
    return this.put(accountId, {
      executions: [executionOf('new'), executionOf('old', 'Succeeded')],
      actions: [{ name: 'Deploy/Deploy', isAbandoned: false, buildId: `build-${accountId}` }],
      builds: new Set([`build-${accountId}`]),
    });
  }

  /** How many rounds there were. */
  public get roundCount(): number {
    return this.rounds;
  }

  /** How many calls of one kind an account got at the same time, at most. */
  public get mostAtOnce(): number {
    const counts = new Map<string, number>();
    for (const { name, accountId, round } of this.calls) {
      const key = `${name} ${accountId} ${round}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return Math.max(0, ...counts.values());
  }

  public async disable({ accountId }: ControlledPipeline, reason: string): Promise<void> {
    (await this.call('disable', accountId)).disabledReason = reason;
  }

  public async enable({ accountId }: ControlledPipeline): Promise<void> {
    delete (await this.call('enable', accountId)).disabledReason;
    await this.onEnable?.();
  }

  public async state({ accountId }: ControlledPipeline): Promise<PipelineState> {
    const { disabledReason, waiting, awaitingApproval, actions } = await this.call('state', accountId);
    return {
      ...(disabledReason !== undefined && { disabledReason }),
      waiting: [...waiting],
      awaitingApproval: [...awaitingApproval],
      actions: [...actions],
    };
  }

  public async executions({ accountId }: ControlledPipeline): Promise<readonly PipelineExecution[]> {
    return [...(await this.call('executions', accountId)).executions];
  }

  public async abandon({ accountId }: ControlledPipeline, executionId: string): Promise<void> {
    const pipeline = await this.call('abandon', accountId);
    pipeline.executions = pipeline.executions.map(execution =>
      execution.executionId === executionId ? { ...execution, status: 'Stopped' } : execution,
    );
    pipeline.actions = pipeline.actions.map(action => ({ ...action, isAbandoned: true }));
  }

  public async stopBuild({ accountId }: ControlledPipeline, buildId: string): Promise<void> {
    const pipeline = await this.call('stopBuild', accountId);
    if (pipeline.executions.some(({ status }) => status === 'InProgress')) {
      throw new Error('the stage fails, and deploys the previous commit');
    }
    pipeline.builds.delete(buildId);
  }

  public async start({ accountId }: ControlledPipeline, token: string): Promise<void> {
    const pipeline = await this.call('start', accountId);
    if (!pipeline.executions.some(({ executionId }) => executionId === token)) {
      pipeline.executions.unshift(executionOf(token));
    }
  }

  private async call(name: string, accountId: string): Promise<Running> {
    this.calls.push({ name, accountId, round: this.rounds });
    // between two immediates everything that can go on has gone on
    this.round ??= new Promise(resolve =>
      setImmediate(() => {
        this.round = undefined;
        this.rounds++;
        resolve();
      }),
    );
    const round = this.rounds;
    await this.round;
    const [error, pipeline] = [this.errors.get(accountId), this.pipelines.get(accountId)];
    if (error) throw error;
    if (!pipeline) throw Object.assign(new Error('no pipeline'), { name: 'PipelineNotFoundException' });
    this.onRound?.(round);
    return pipeline;
  }
}

export function executionOf(executionId: string, status = 'InProgress'): PipelineExecution {
  return {
    executionId,
    status,
    startedAt: new Date('2026-01-01T10:00:00Z'),
    updatedAt: new Date('2026-01-01T10:04:00Z'),
    commitId: 'c0ffee0123456789',
  };
}
