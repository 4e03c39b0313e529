import { ActionError, type ActionRunner } from './action';
import { putArtifacts } from './source-artifacts';
import type { Clock } from '../../../core/clock';
import { messageWithCode } from '../../../core/error-message';
import { AwsError } from '../../../core/service';
import type { HostedRepositories } from '../../../hosts/repositories';
import type { CodeConnections } from '../../codeconnections/service';
import type { ArtifactStore } from '../../s3/artifacts';

const SECONDS = 5;

interface ConnectionParts {
  readonly connections: CodeConnections;
  /** The hosts that have the repository. */
  readonly hosts: readonly HostedRepositories[];
  readonly artifacts: ArtifactStore;
  readonly clock: Clock;
}

/** Fetches a commit of a repository outside of AWS through a connection. */
export function connectionSource({ connections, hosts, artifacts, clock }: ConnectionParts): ActionRunner {
  return async context => {
    const { actor, execution, run } = context;
    const { ConnectionArn: arn = '', FullRepositoryId: repository = '', BranchName: branch = '' } = run.configuration;
    await clock.sleep(SECONDS);
    const failed = (why: string): ActionError =>
      new ActionError('ConnectionError', `[Connections] Unable to use Connection: ${arn}. ${why}`);
    try {
      const names = { 'codeconnections:FullRepositoryId': repository, 'codeconnections:BranchName': branch };
      actor.assertAllowed('codeconnections:UseConnection', arn, names);
      const status = connections.status(arn);
      if (status !== 'AVAILABLE') throw failed(`The connection is not available: its status is ${status}.`);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      throw failed(`The provided role does not have sufficient permissions. ${messageWithCode(error)}`);
    }
    const requested = execution.revisions.find(({ actionName }) => actionName === run.action.Name)?.revisionValue;
    const host = hosts.find(candidate => candidate.find(repository) !== undefined);
    const commit = await host?.archive(repository, requested ?? `refs/heads/${branch}`);
    if (commit === undefined) {
      throw new ActionError('ConfigurationError', host === undefined
        ? `No repository ${repository} was found through the connection`
        : `No Branch [${branch}] found for FullRepositoryName [${repository}]`);
    }
    const isClone = run.configuration.OutputArtifactFormat === 'CODEBUILD_CLONE_REF';
    // a reference: each build clones the repository with its own role
    putArtifacts(artifacts, context, commit.archive, isClone
      ? reader => reader.assertAllowed('codeconnections:UseConnection', arn, {
        'codeconnections:FullRepositoryId': repository,
      })
      : undefined);
    const { commitId, message, authoredAt } = commit;
    run.externalExecutionId = commitId;
    execution.found.push(...context.outputs.map(({ name }) => ({
      actionName: run.action.Name,
      artifactName: name,
      revisionId: commitId,
      revisionSummary: JSON.stringify({ ProviderType: 'GitHub', CommitMessage: message }),
      revisionUrl: `https://console.aws.amazon.com/codesuite/settings/connections/redirect?connectionArn=${arn}`
        + `&referenceType=COMMIT&FullRepositoryId=${repository}&Commit=${commitId}`,
    })));
    return {
      summary: message,
      variables: {
        FullRepositoryName: repository,
        BranchName: branch,
        CommitId: commitId,
        CommitMessage: message,
        AuthorDate: new Date(authoredAt).toISOString(),
        ConnectionArn: arn,
      },
    };
  };
}
