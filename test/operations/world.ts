import { FakeControl } from './fake-control';
import { RegistryHistory } from '../../lambda/history/history';
import { AccountCommands } from '../../lambda/operations/account-commands';
import { Operations } from '../../lambda/operations/operations';
import type { EnvironmentPipeline } from '../../lambda/registry/environment';
import { environmentKey } from '../../lambda/registry/environment';
import type { AccountCommand, AccountCommandResult } from '../../src/account/contract';
import { FakeEvents } from '../history/fake-events';
import { putEnvironment } from '../registry/environments';
import { FakeRegistry } from '../registry/fake-registry';
import { Fate } from '../shared/fate';

const REGION = 'eu-central-1';
export const ANNA = 'arn:aws:sts::222222222222:assumed-role/Operator/anna';

/** The id of the nth account. */
export function accountOf(n: number): string {
  return String(300_000_000_000 + n);
}

/** Environments `e1`, `e2`… with their pipelines, and the function that operates them. */
export class World {
  public readonly registry = new FakeRegistry();
  public readonly control = new FakeControl();
  public readonly fate = new Fate();
  public readonly authors = new Map<string, string>();
  /** What is said instead of who has written a commit. */
  public refusal?: Error;
  public readonly operations: Operations;
  /** The commands to the account provider, and its answers. */
  public readonly commands: AccountCommand[] = [];
  public readonly answers: AccountCommandResult[] = [];
  public readonly accounts = new AccountCommands(
    this.registry,
    {
      run: async command => {
        this.commands.push(command);
        return this.answers.shift() ?? {};
      },
    },
    new RegistryHistory(this.registry, new FakeEvents()),
    () => Date.parse('2026-01-01T12:00:00Z'),
  );
  private tokens = 0;

  public constructor() {
    const authorOf = async (repositoryName: string, commitId: string) => {
      if (this.refusal) throw this.refusal;
      return { name: this.authors.get(`${repositoryName}/${commitId}`) };
    };
    this.operations = new Operations(
      this.fate.over(this.registry),
      this.fate.over(this.control),
      () => ({ authorOf, head: async () => undefined, compare: async () => ({ ahead: 0, behind: 0 }) }),
      new RegistryHistory(this.fate.over(this.registry), new FakeEvents()),
      { run: async () => ({ pipelines: [] }) },
      this.accounts,
      { run: async () => ({ pipelines: [] }) },
      { list: async () => [] },
      () => Date.parse('2026-01-01T12:00:00Z'),
      () => `start-${++this.tokens}`,
    );
  }

  public async environment(n: number, changes: Partial<EnvironmentPipeline> = {}): Promise<EnvironmentPipeline> {
    const accountId = accountOf(n);
    const pipeline: EnvironmentPipeline = {
      environmentName: `e${n}`,
      pipelineName: `e${n}`,
      host: 'codecommit',
      repositoryName: 'shop',
      repositoryArn: `arn:aws:codecommit:${REGION}:222222222222:shop`,
      branchName: `env/e${n}`,
      gate: 'Synth',
      state: 'enabled',
      applications: 'delete',
      pipelineKey: `pipeline#${accountId}#${REGION}#e${n}`,
      stackId: 'stack',
      accountId,
      region: REGION,
      ...changes,
    };
    await putEnvironment(this.registry, pipeline);
    return pipeline;
  }

  public async remove(environmentName: string): Promise<void> {
    const key = environmentKey(environmentName);
    await this.registry.remove(key, (await this.registry.read(key))?.version ?? 0);
  }

  /** Environments of which each is in the middle of a deployment. */
  public async running(count: number): Promise<void> {
    for (let n = 1; n <= count; n++) {
      await this.environment(n);
      this.control.putRunning(accountOf(n));
    }
  }
}
