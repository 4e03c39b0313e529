import pc from 'picocolors';
import { excerptOf, firstComplaint } from './log-excerpt';
import type { Build } from '../../rehearsal/services/codebuild/build';
import type { PipelineSummary } from '../../rehearsal/services/codepipeline/service';
import type { Simulation } from '../../rehearsal/simulation';

type Execution = PipelineSummary['executions'][number];

interface ExecutionReport {
  readonly id: string;
  readonly status: string;
  readonly trigger: string;
  readonly commitId?: string;
  /** Why it failed. */
  readonly reason?: string;
  readonly actions: readonly { readonly stage: string; readonly action: string; readonly status: string }[];
}

export interface PipelineReport {
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  readonly removed: boolean;
  /** The newest first. */
  readonly executions: readonly ExecutionReport[];
}

/** So much is shown of the log of a build that was not failed by a command. */
const LINES = 15;

export function reportPipelines({ codepipeline }: Simulation): PipelineReport[] {
  return codepipeline.all.map(({ name, accountId, region, removed, executions }) => (
    { name, accountId, region, removed, executions: executions.map(describe) }
  ));
}

/** Tells of executions that have ended or wait for somebody, each once. */
export class PipelineProgress {
  private readonly told = new Map<string, string>();

  public constructor(private readonly simulation: Simulation, private readonly write: (line: string) => void) {}

  public tell(): void {
    for (const pipeline of this.simulation.codepipeline.all) {
      for (const execution of [...pipeline.executions].reverse()) this.tellOne(pipeline, execution);
    }
  }

  private tellOne(pipeline: PipelineSummary, execution: Execution): void {
    if (this.told.get(execution.executionId) === execution.status) return;
    this.told.set(execution.executionId, execution.status);
    const { status, reason, commitId = 'no commit', actions } = describe(execution);
    const steps = actions.map(({ action, status: how }) => how === 'Succeeded' ? action : `${action} ${words(how)}`).join(', ');
    const { accountId, name } = pipeline;
    this.write(`${markOf(execution)} ${accountId}  pipeline ${name}  ${short(commitId)}  ${words(status)}: ${steps || 'nothing has begun'}`);
    if (reason === undefined) return;
    this.write(`  ${reason}`);
    const build = failedBuild(this.simulation, pipeline, execution);
    const { command, output } = build?.failedCommand ?? { output: build?.log.slice(-LINES) ?? [] };
    if (command !== undefined) command.split('\n').forEach((line, index) => this.write(pc.dim(`  ${index === 0 ? '$' : ' '} ${line}`)));
    for (const line of excerptOf(output)) this.write(pc.dim(`  | ${line}`));
  }
}

function markOf({ status, isOver }: Execution): string {
  if (status === 'Succeeded') return pc.green('✓');
  if (status === 'Failed') return pc.red('✗');
  return pc.yellow(isOver ? '■' : '…');
}

/** Every execution that has failed, with its stage and the cause, in so many words as are needed to know what to look for above. */
export function describeFailedRuns(simulation: Simulation): string[] {
  return simulation.codepipeline.all.flatMap(pipeline => {
    const failed = pipeline.executions.filter(({ status }) => status === 'Failed').reverse();
    return failed.flatMap(execution => describeFailure(simulation, pipeline, execution));
  });
}

function describeFailure(simulation: Simulation, pipeline: PipelineSummary, execution: Execution): string[] {
  const { reason = 'no reason given', commitId = 'no commit' } = describe(execution);
  const build = failedBuild(simulation, pipeline, execution);
  const action = failedAction(execution);
  const [cause] = (build?.failure?.message ?? action?.error?.message ?? reason).split('\n');
  const [last] = pipeline.executions;
  const since = last === execution ? '' : `; the last execution: ${words(last.status)}`;
  const complaint = firstComplaint(build?.failedCommand?.output ?? []);
  const stage = action?.stageName ?? [...execution.stages.keys()].at(-1);
  return [
    `${pc.red('✗')} ${pc.bold(`pipeline ${pipeline.name}`)} in account ${pipeline.accountId}: ${short(commitId)} failed in stage ${stage}: ${cause}${since}`,
    ...complaint === undefined ? [] : [`  | ${complaint}`],
  ];
}

function failedAction({ actionRuns }: Execution): Execution['actionRuns'][number] | undefined {
  return actionRuns.find(({ status }) => status === 'Failed');
}

function failedBuild({ codebuild }: Simulation, { accountId, region }: PipelineSummary, execution: Execution): Build | undefined {
  const id = failedAction(execution)?.externalExecutionId;
  return codebuild.builds(accountId, region).find(build => build.id === id);
}

/** What pipelines would still do has been done, but for what waits for somebody. */
export async function settled(simulation: Simulation): Promise<void> {
  let quiet = 0;
  // an event may just be on its way from one service to the next
  while (quiet < 3) {
    await new Promise(resolve => setTimeout(resolve, 50));
    quiet = simulation.codepipeline.isBusy || simulation.lambda.isBusy ? 0 : quiet + 1;
  }
}

function short(commitId: string): string {
  return /^[0-9a-f]{40}$/.test(commitId) ? commitId.slice(0, 7) : commitId;
}

/** `InProgress` as one reads it. */
function words(status: string): string {
  return status.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}

function describe(execution: Execution): ExecutionReport {
  return {
    id: execution.executionId,
    status: execution.status,
    trigger: execution.request.trigger.triggerType,
    commitId: execution.found.at(0)?.revisionId ?? execution.revisions.at(0)?.revisionValue,
    reason: execution.statusSummary,
    actions: [...execution.actionRuns].reverse().map(run => ({ stage: run.stageName, action: run.action.Name, status: run.status })),
  };
}
