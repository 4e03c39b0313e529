import { randomUUID } from 'node:crypto';
import { chosen, identityOf, without } from './environments';
import { Overview } from './overview';
import { problemOf } from './words';
import type {
  EnvironmentNames, Halt, HaltOutcome, OperationAnswer, OperationRequest, ResumeOutcome, StatusOutcome,
} from '../../src/operations/contract';
import { environmentsOf } from '../registry/environments';
import type { HaltRecord } from '../registry/halt';
import { HALTS, haltKey, haltOf, haltReason, isHalted } from '../registry/halt';
import { leaseKey } from '../registry/lease';
import type { LeaseHolder, LeaseRecord } from '../registry/lease';
import type { Registry } from '../registry/registry';
import { isNamed } from '../shared/errors';
import { reopenPipeline, stopPipeline } from '../shared/pipeline-control';
import type { PipelineControl } from '../shared/pipeline-control';
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
    const holders = chosen(await environmentsOf(this.registry), names);
    const halt = { by, at: new Date(this.now()).toISOString(), reason };
    // first the records: from now on nothing that is deployed lets commits through
    const earlier = new Map(await Promise.all(namesOf(holders).map(
      async environmentName => [environmentName, await this.note({ environmentName, ...halt })] as const,
    )));
    return { pipelines: await Promise.all(holders.map(async holder => this.haltOne(holder, halt, earlier.get(holder.environmentName)))) };
  }

  public async resume(names: EnvironmentNames): Promise<OperationAnswer<ResumeOutcome>> {
    const environments = await environmentsOf(this.registry);
    const gone = await this.haltedOf(names === 'all' ? await this.haltedBeside(environments) : without(environments, names));
    const holders = chosen(environments, names === 'all' ? names : names.filter(name => !gone.includes(name)));
    // first the records: an update in between would freeze the pipelines again
    const halted = new Map(await Promise.all([...namesOf(holders), ...gone].map(
      async environmentName => [environmentName, await this.forget(environmentName)] as const,
    )));
    return { pipelines: await Promise.all(holders.map(async holder => this.resumeOne(holder, halted.get(holder.environmentName) ?? false))), gone };
  }

  public async status(): Promise<OperationAnswer<StatusOutcome>> {
    const overview = new Overview(this.registry, this.control, this.hosts);
    return { pipelines: await Promise.all((await environmentsOf(this.registry)).map(async holder => overview.describe(holder))) };
  }

  private async haltOne(holder: LeaseHolder, halt: Halt, haltedAlready?: Halt): Promise<HaltOutcome> {
    const outcome = { ...identityOf(holder), ...haltedAlready && { haltedAlready } };
    const { by, reason } = haltedAlready ?? halt;
    try {
      const { executions, interrupted } = await stopPipeline(this.control, holder, haltReason({ by, reason }));
      return { ...outcome, stopped: executions, interrupted };
    } catch (error) {
      return { ...outcome, stopped: 0, interrupted: [], problem: problemOf(error, holder) };
    }
  }

  private async resumeOne(holder: LeaseHolder, wasHalted: boolean): Promise<ResumeOutcome> {
    const state = holder.restingFor ? 'resting' : holder.state;
    const outcome: Omit<ResumeOutcome, 'started'> = { ...identityOf(holder), state, wasHalted };
    if (state !== 'enabled') return { ...outcome, started: false };
    try {
      const reopening = { token: this.newToken(), now: this.now(), missedPushes: false, closedFor: async () => this.closedFor(holder) };
      const { started, closedFor } = await reopenPipeline(this.control, holder, reopening);
      return { ...outcome, started, ...closedFor && { problem: `it was closed once more, because somebody else came at the same moment: ${closedFor}` } };
    } catch (error) {
      return { ...outcome, started: false, problem: problemOf(error, holder) };
    }
  }

  /** Why a pipeline that was just opened must be closed again: it was halted once more meanwhile, or its environment is moving or going. */
  private async closedFor({ environmentName, stackKey, accountId }: LeaseHolder): Promise<string | undefined> {
    const halt = await haltOf(this.registry, environmentName);
    if (halt) return haltReason(halt);
    const lease = await this.registry.read<LeaseRecord>(leaseKey(accountId));
    const isOurs = lease?.holder?.stackKey === stackKey;
    return isOurs && lease.holder.restingFor === undefined ? undefined : 'Its environment moves, or is being removed';
  }

  /** Those that are not there now: nobody can ask for them by what there is. */
  private async haltedBeside(holders: readonly LeaseHolder[]): Promise<readonly string[]> {
    return without(holders, (await this.registry.membersOf(HALTS)).map(({ member }) => member));
  }

  private async haltedOf(names: readonly string[]): Promise<readonly string[]> {
    const halted = await Promise.all(names.map(async name => isHalted(this.registry, name)));
    return names.filter((_, index) => halted[index]);
  }

  /** Answers the halt that stands already, which is kept: it says since when nothing goes through. */
  private async note(record: HaltRecord): Promise<Halt | undefined> {
    const key = haltKey(record.environmentName);
    return unlessChanged(async () => {
      // first on the list: what is halted and not on it would be found by its name only
      await this.registry.enqueue(HALTS, record.environmentName, this.now());
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
      if (record) await this.registry.leave(HALTS, environmentName);
      return record !== undefined;
    });
  }
}

function namesOf(holders: readonly LeaseHolder[]): string[] {
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
