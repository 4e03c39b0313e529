import { ActionError, type ActionContext, type ActionRunner } from './action';
import { putArtifacts, reasonOf } from './source-artifacts';
import type { Clock } from '../../../core/clock';
import type { CodeCommit } from '../../codecommit/service';
import type { ArtifactStore } from '../../s3/artifacts';

const SECONDS = 3;
const RIGHTS = ['GetBranch', 'GetCommit', 'UploadArchive', 'GetUploadArchiveStatus'];

/** Fetches a commit of a CodeCommit repository in the account of the action's role. */
export function codeCommitSource(
  codecommit: CodeCommit,
  artifacts: ArtifactStore,
  clock: Clock,
  partition: string,
): ActionRunner {
  return async context => {
    const { actor, execution, run } = context;
    const { RepositoryName: repositoryName = '', BranchName: branchName = '' } = run.configuration;
    await clock.sleep(SECONDS);
    const { accountId } = actor.caller;
    demandRepository(
      context,
      `arn:${partition}:codecommit:${actor.region}:${accountId}:${repositoryName}`,
      repositoryName,
    );
    const requested = execution.revisions.find(({ actionName }) => actionName === run.action.Name)?.revisionValue;
    const commit = await clock.during(async () =>
      codecommit.archive(accountId, actor.region, repositoryName, requested ?? `refs/heads/${branchName}`),
    );
    if (commit === undefined) throw notFound(repositoryName, branchName, requested);
    putArtifacts(artifacts, context, commit.archive);
    addRevisions(context, repositoryName, commit);
    const { commitId, message, authoredAt, committedAt } = commit;
    run.externalExecutionId = commitId;
    return {
      summary: message,
      variables: {
        RepositoryName: repositoryName,
        BranchName: branchName,
        CommitId: commitId,
        CommitMessage: message,
        AuthorDate: authoredAt,
        CommitterDate: committedAt,
      },
    };
  };
}

function demandRepository({ actor }: ActionContext, arn: string, name: string): void {
  try {
    for (const action of RIGHTS) actor.assertAllowed(`codecommit:${action}`, arn);
  } catch (error) {
    throw new ActionError(
      'PermissionError',
      'The service role or action role doesn’t have the permissions required to access the AWS '
        + `CodeCommit repository named ${name}. `
        + `Update the IAM role permissions, and then try again. Error: ${reasonOf(error)}`,
    );
  }
}

function addRevisions(
  { actor, execution, run, outputs }: ActionContext,
  repositoryName: string,
  { commitId, message }: { readonly commitId: string; readonly message: string },
): void {
  const console = `https://${actor.region}.console.aws.amazon.com/codecommit/home`;
  execution.found.push(
    ...outputs.map(({ name }) => ({
      actionName: run.action.Name,
      artifactName: name,
      revisionId: commitId,
      revisionSummary: message,
      revisionUrl: `${console}#/repository/${repositoryName}/commit/${commitId}`,
    })),
  );
}

function notFound(repositoryName: string, branchName: string, commitId: string | undefined): ActionError {
  const what = commitId === undefined ? `branch named ${branchName}` : `commit ${commitId}`;
  const advice = commitId === undefined ? 'branch name' : 'commit id';
  return new ActionError(
    'ConfigurationError',
    `The action failed because no ${what} was found in the selected AWS CodeCommit repository ${repositoryName}. `
      + `Make sure you are using the correct ${advice}, and then try again. Error: null`,
  );
}
