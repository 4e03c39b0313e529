import { reportDeployment, type Deployment } from './deployments';
import { publicEndpoint } from './endpoint';
import { readEnvironments } from './environments';
import { leftoversOf } from './leftovers';
import { reportPipelines } from './pipelines';
import { limitUse, quotaUse } from './quotas';
import { refusedConnectionsOf } from './refused-connections';
import { failedReleases, reportReleases } from './releases';
import type { AccountReport, MessageReport, Report, StackReport } from './report';
import { unusedPermissions } from '../../rehearsal/assembly/unused-permissions';
import type { SentMessage } from '../../rehearsal/services/sns/messages';
import type { Simulation } from '../../rehearsal/simulation';

interface Run extends Pick<Report, 'commandFailures' | 'destroyed' | 'faults' | 'clock' | 'realSeconds'> {
  /** Ids of the releases that wait for approval. */
  readonly awaitingReleases: ReadonlySet<string>;
  /** Whether builds ran. Without them, the executions of pipelines mean nothing. */
  readonly builds: boolean;
}

/** Reports the state of the simulated organization, and how it was reached. */
export async function createReport(
  simulation: Simulation, deployments: readonly Deployment[], { builds, awaitingReleases, ...run }: Run,
): Promise<Report> {
  const pipelines = builds ? reportPipelines(simulation) : [];
  const releases = reportReleases(simulation, awaitingReleases);
  return {
    succeeded: run.commandFailures.length === 0
      && deployments.every(({ result, succeededOnRetry }) => result.succeeded || succeededOnRetry)
      && failedReleases(releases).length === 0
      && pipelines.every(({ executions }) => executions.at(0)?.status !== 'Failed'),
    deployments: deployments.map(reportDeployment),
    ...run,
    simulatedSeconds: Math.round(simulation.clock.elapsedSeconds()),
    environments: await readEnvironments(simulation),
    accounts: accountsOf(simulation),
    stacks: stacksOf(simulation),
    pipelines,
    releases,
    refusedConnections: refusedConnectionsOf(simulation),
    placeholderTypes: simulation.cloudformation.placeholderTypes,
    unsimulatedCalls: simulation.server.unsimulatedCalls,
    messages: simulation.sns.messages.sent.map(reportMessage),
    awsCalls: simulation.calls,
    quotas: quotaUse(simulation.server.calls),
    limits: limitUse(simulation.organizations),
    unusedPermissions: unusedPermissions(simulation),
    leftovers: await leftoversOf(simulation),
  };
}

function reportMessage({ at, topicArn, subject, body, subscription, refusal }: SentMessage): MessageReport {
  return {
    sentAt: new Date(at).toISOString(),
    topicArn,
    protocol: subscription?.protocol,
    endpoint: subscription && publicEndpoint(subscription),
    subject,
    message: body,
    refusal,
  };
}

function accountsOf({ organizations }: Simulation): AccountReport[] {
  return organizations.accounts.map(({ accountId, name, email, state }) => (
    { accountId, name, email, organizationalUnit: organizations.unitPath(accountId), state }
  ));
}

function stacksOf({ cloudformation }: Simulation): StackReport[] {
  return cloudformation.all
    .filter(({ deleted, isSeed, updatedAt }) => !deleted && (!isSeed || updatedAt !== undefined))
    .map(({ name, accountId, region, status, failure, outputs }) => ({
      name,
      accountId,
      region,
      status,
      statusReason: failure,
      outputs: Object.fromEntries(outputs.map(({ key, value }) => [key, value])),
    }));
}
