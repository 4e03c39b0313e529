import { FakeControl } from './fake-control';
import { Operations } from '../../lambda/operations/operations';
import { ENVIRONMENTS, leaseKey } from '../../lambda/registry/lease';
import type { LeaseHolder, LeaseRecord } from '../../lambda/registry/lease';
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
  private tokens = 0;

  public constructor() {
    const authorOf = async (repositoryName: string, commitId: string) => {
      if (this.refusal) throw this.refusal;
      return { name: this.authors.get(`${repositoryName}/${commitId}`) };
    };
    this.operations = new Operations(
      this.fate.over(this.registry), this.fate.over(this.control), () => ({ authorOf }), () => Date.parse('2026-01-01T12:00:00Z'), () => `start-${++this.tokens}`,
    );
  }

  public async environment(n: number, changes: Partial<LeaseHolder> = {}): Promise<LeaseHolder> {
    const accountId = accountOf(n);
    const stackKey = `stack#${accountId}#${REGION}#pipeline`;
    const holder: LeaseHolder = {
      environmentName: `e${n}`,
      pipelineName: `e${n}`,
      host: 'codecommit',
      repositoryName: 'shop',
      repositoryArn: `arn:aws:codecommit:${REGION}:222222222222:shop`,
      branchName: `env/e${n}`,
      gate: 'Synth',
      state: 'enabled',
      applications: 'delete',
      stackKey,
      stackId: 'stack',
      accountId,
      region: REGION,
      ...changes,
    };
    const known = await this.registry.read<LeaseRecord>(leaseKey(accountId));
    await this.registry.write<LeaseRecord>(leaseKey(accountId), { fence: 1, holder }, known?.version);
    await this.registry.enqueue(ENVIRONMENTS, stackKey, n);
    return holder;
  }

  /** Environments of which each is in the middle of a deployment. */
  public async running(count: number): Promise<void> {
    for (let n = 1; n <= count; n++) {
      await this.environment(n);
      this.control.putRunning(accountOf(n));
    }
  }
}
