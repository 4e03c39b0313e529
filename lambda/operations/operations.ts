import { randomUUID } from 'node:crypto';
import { chosen, identityOf, without } from './environments';
import { Overview } from './overview';
import { problemOf } from './words';
import type {
  EnvironmentNames, Halt, HaltOutcome, OperationAnswer, OperationRequest, ResumeOutcome, StatusOutcome,
} from '../../src/operations/contract';
import { LISTED } from '../../src/registry/contract';
import { enablePipeline, stopPipeline } from '../pipeline-control/control';
import type { PipelineControl } from '../pipeline-control/control';
import { allPipelines, environmentKey, pipelinesIn } from '../registry/environment';
import type { EnvironmentPipeline, EnvironmentRecord } from '../registry/environment';
import type { HaltRecord } from '../registry/halt';
import { haltKey, haltOf, haltReason, isHalted } from '../registry/halt';
import type { Registry } from '../registry/registry';
import { isNamed } from '../shared/errors';
import type { Hosts } from '../sources/hosts';

/** Halts, resumes and looks at the pipelines of environments, all of them at the same time. */
export class Operations {
  public constructor(
    private readonly registry: Registry, private readonly control: PipelineControl, private readonly hosts: Hosts<'authorOf'>,
    private readonly now: () => number = Date.now, private readonly newToken: () => string = randomUUID,
  ) {}

  public async run(request: OperationRequest): Promise<OperationAnswer<HaltOutcome | ResumeOutcome | StatusOutcome>> {
    switch (request.operation) {
      case 'halt': return this.halt(request.environmentNames, request);
      case 'resume': return this.resume(request.environmentNames);
      case 'status': return this.status();
    }
  }

  public async halt(names: EnvironmentNames, { by, reason }: Omit<Halt, 'at'>): Promise<OperationAnswer<HaltOutcome>> {
    const holders = chosen(await allPipelines(this.registry), names);
    const halt = { by, at: new Date(this.now()).toISOString(), reason };
    // first the records: from now on nothing that is deployed lets commits through
    const earlier = new Map(await Promise.all(namesOf(holders).map(
      async environmentName => [environmentName, await this.note({ environmentName, ...halt })] as const,
    )));
    return { pipelines: await Promise.all(holders.map(async holder => this.haltOne(holder, halt, earlier.get(holder.environmentName)))) };
  }

  public async resume(names: EnvironmentNames): Promise<OperationAnswer<ResumeOutcome>> {
    const environments = await allPipelines(this.registry);
    const gone = await this.haltedOf(names === 'all' ? await this.haltedBeside(environments) : without(environments, names));
    const holders = chosen(environments, names === 'all' ? names : names.filter(name => !gone.includes(name)));
    // the records first: a deployment in between would disable the pipelines again
    const halted = new Map(await Promise.all([...namesOf(holders), ...gone].map(
      async environmentName => [environmentName, await this.forget(environmentName)] as const,
    )));
    return { pipelines: await Promise.all(holders.map(async holder => this.resumeOne(holder, halted.get(holder.environmentName) ?? false))), gone };
  }

  public async status(): Promise<OperationAnswer<StatusOutcome>> {
    const overview = new Overview(this.registry, this.control, this.hosts);
    return { pipelines: await Promise.all((await allPipelines(this.registry)).map(async holder => overview.describe(holder))) };
  }

  private async haltOne(holder: EnvironmentPipeline, halt: Halt, haltedAlready?: Halt): Promise<HaltOutcome> {
    const outcome = { ...identityOf(holder), ...haltedAlready && { haltedAlready } };
    const { by, reason } = haltedAlready ?? halt;
    try {
      const { executions, interrupted } = await stopPipeline(this.control, holder, haltReason({ by, reason }));
      return { ...outcome, stopped: executions, interrupted };
    } catch (error) {
      return { ...outcome, stopped: 0, interrupted: [], problem: problemOf(error, holder) };
    }
  }

  private async resumeOne(holder: EnvironmentPipeline, wasHalted: boolean): Promise<ResumeOutcome> {
    const state = holder.suspendedFor ? 'suspended' : holder.state;
    const outcome: Omit<ResumeOutcome, 'started'> = { ...identityOf(holder), state, wasHalted };
    if (state !== 'enabled') return { ...outcome, started: false };
    try {
      const { started, disabledReason } = await enablePipeline(this.control, holder, {
        token: this.newToken(), now: this.now(), missedPushes: false, reasonToDisable: async () => this.reasonToDisable(holder),
      });
      return { ...outcome, started, ...disabledReason && { problem: `it was disabled again, because of a concurrent change: ${disabledReason}` } };
    } catch (error) {
      return { ...outcome, started: false, problem: problemOf(error, holder) };
    }
  }

  /** Why a pipeline that was just enabled must be disabled again: it was halted concurrently, or its environment is moving or being removed. */
  private async reasonToDisable({ environmentName, pipelineKey }: EnvironmentPipeline): Promise<string | undefined> {
    const halt = await haltOf(this.registry, environmentName);
    if (halt) return haltReason(halt);
    const record = await this.registry.read<EnvironmentRecord>(environmentKey(environmentName));
    const pipeline = record && pipelinesIn(record).find(other => other.pipelineKey === pipelineKey);
    return pipeline && pipeline.suspendedFor === undefined ? undefined : 'Its environment moves, or is being removed';
  }

  /** Those that are not there now: nobody can ask for them by what there is. */
  private async haltedBeside(holders: readonly EnvironmentPipeline[]): Promise<readonly string[]> {
    return without(holders, (await this.registry.list<HaltRecord>(LISTED.halt)).map(({ environmentName }) => environmentName));
  }

  private async haltedOf(names: readonly string[]): Promise<readonly string[]> {
    const halted = await Promise.all(names.map(async name => isHalted(this.registry, name)));
    return names.filter((_, index) => halted[index]);
  }

  /** Answers the halt that stands already, which is kept: it says since when nothing goes through. */
  private async note(record: HaltRecord): Promise<Halt | undefined> {
    const key = haltKey(record.environmentName);
    return unlessChanged(async () => {
      const earlier = await this.registry.read<HaltRecord>(key);
      if (earlier) return { by: earlier.by, at: earlier.at, reason: earlier.reason };
      await this.registry.write<HaltRecord>(key, record, undefined);
      return undefined;
    });
  }

  /** Answers whether there was something to forget. */
  private async forget(environmentName: string): Promise<boolean> {
    const key = haltKey(environmentName);
    return unlessChanged(async () => {
      const record = await this.registry.read(key);
      if (record) await this.registry.remove(key, record.version);
      return record !== undefined;
    });
  }
}

function namesOf(holders: readonly EnvironmentPipeline[]): string[] {
  return [...new Set(holders.map(({ environmentName }) => environmentName))];
}

/** Two people may halt at the same time: the later one reads again. */
async function unlessChanged<Result>(change: () => Promise<Result>): Promise<Result> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await change();
    } catch (error) {
      if (attempts === 5 || !isNamed(error, 'RecordChangedError')) throw error;
    }
  }
}
