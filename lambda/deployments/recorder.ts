import type { Change, CodePipelineEvent } from './change';
import { changeOf } from './change';
import { withChange } from './history';
import type { Measures } from './measures';
import { measuresOf } from './measures';
import type { DeploymentRecord, Run } from '../registry/deployment';
import { deploymentKey, runsInAccount } from '../registry/deployment';
import type { EnvironmentRecord } from '../registry/environment';
import { environmentKey, pipelinesIn } from '../registry/environment';
import type { LeaseHolder, LeaseRecord } from '../registry/lease';
import { leaseKey } from '../registry/lease';
import type { Registry } from '../registry/registry';
import { RecordChangedError } from '../shared/errors';
import type { Hosts } from '../sources/hosts';
import type { Author } from '../sources/source';

/** Notifications are sent for verified events: those of the pipeline that holds the lease of its account. */
type Outcome =
  | { readonly verified: boolean; readonly recorded: false; readonly reason: string }
  | {
    readonly verified: true;
    readonly recorded: true;
    readonly environmentName: string;
    readonly executionId: string;
    readonly measures: readonly Measures[];
  };

/** Events of a run arrive concurrently: a conflicting write is retried. */
const MAX_ATTEMPTS = 10;
const MAX_PAUSE = 200;

/** Adds an event to the record of its environment. The same event again changes nothing. */
export async function record(
  event: CodePipelineEvent,
  registry: Registry,
  hosts: Hosts<'authorOf'>,
): Promise<Outcome> {
  const { pipeline, 'execution-id': executionId } = event.detail;
  // a member account can forge events: only those of the pipeline that holds the lease of the account are recorded
  const holder = (await registry.read<LeaseRecord>(leaseKey(event.account)))?.holder;
  if (holder?.environmentName !== pipeline) {
    return {
      verified: false,
      recorded: false,
      reason: `pipeline '${pipeline}' of account ${event.account} is not the pipeline of an environment`,
    };
  }
  const change = changeOf(event);
  if (change === undefined) {
    return { verified: true, recorded: false, reason: 'the event reports nothing that is recorded' };
  }

  for (let attempt = 1; ; attempt++) {
    try {
      return await write({ event, change, holder, executionId }, registry, hosts);
    } catch (error) {
      if (!(error instanceof RecordChangedError) || attempt === MAX_ATTEMPTS) throw error;
      await new Promise(resolve => setTimeout(resolve, Math.random() * MAX_PAUSE));
    }
  }
}

interface ReceivedChange {
  readonly event: CodePipelineEvent;
  readonly change: Change;
  readonly holder: LeaseHolder;
  readonly executionId: string;
}

async function write(
  { event, change, holder, executionId }: ReceivedChange,
  registry: Registry,
  hosts: Hosts<'authorOf'>,
): Promise<Outcome> {
  const { environmentName, pipelineKey } = holder;
  const { account: accountId, region } = event;
  const key = deploymentKey(environmentName);
  const { version, runs: before = [] } = (await registry.read<DeploymentRecord>(key)) ?? {};
  const runs = await withAuthor(withChange(before, { executionId, accountId }, change), executionId, {
    authorOf: async commitId => {
      const environment = await registry.read<EnvironmentRecord>(environmentKey(environmentName));
      const pipeline = environment && pipelinesIn(environment).find(other => other.pipelineKey === pipelineKey);
      return pipeline && hosts(pipeline).authorOf(pipeline.repositoryName, commitId);
    },
  });
  if (JSON.stringify(runs) !== JSON.stringify(before)) {
    await registry.write<DeploymentRecord>(
      key,
      { environmentName, accountId, region, pipelineName: environmentName, runs },
      version,
    );
  }
  const measures = measuresOf(runsInAccount(accountId, before), runsInAccount(accountId, runs), executionId);
  return { verified: true, recorded: true, environmentName, executionId, measures };
}

interface Authors {
  authorOf(commitId: string): Promise<Author | undefined>;
}

async function withAuthor(runs: readonly Run[], executionId: string, authors: Authors): Promise<readonly Run[]> {
  const run = runs.find(candidate => candidate.executionId === executionId);
  if (run?.commitId === undefined || run.authoredAt !== undefined) return runs;
  const author = await authors.authorOf(run.commitId);
  return author?.at === undefined
    ? runs
    : runs.map(candidate => (candidate === run ? { ...run, authoredAt: author.at } : candidate));
}
