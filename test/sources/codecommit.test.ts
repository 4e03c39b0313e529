import {
  BranchDoesNotExistException,
  CodeCommitClient,
  CommitIdDoesNotExistException,
  FileDoesNotExistException,
} from '@aws-sdk/client-codecommit';
import { isTransient } from '../../lambda/shared/errors';
import { CodeCommitHost } from '../../lambda/sources/codecommit';
import { connectedHosts } from '../../lambda/sources/hosts';
import { movedBranch } from '../../lambda/sources/pushes';
import type { HostEvent } from '../../lambda/sources/source';
import {
  BranchMovedError,
  RepositoryLockedError,
  RepositoryNotFoundError,
  SourceAccessDeniedError,
  SourceError,
} from '../../lambda/sources/source';

const ARN = 'arn:aws:codecommit:eu-central-1:222222222222:shop';

function refusal(name: string): Error {
  return Object.assign(new Error('because'), { name, $metadata: { httpStatusCode: 400 } });
}

/** CodeCommit that answers every call with the error. */
function hostWith(error: Error): CodeCommitHost {
  const client = new CodeCommitClient({ region: 'eu-central-1' });
  jest.spyOn(client, 'send').mockImplementation(() => {
    throw error;
  });
  return new CodeCommitHost(client);
}

const change = {
  repositoryName: 'shop',
  branchName: 'env/dev',
  parentCommitId: 'abc',
  path: 'environment.json',
  text: '{}',
  message: 'describe',
};

describe('CodeCommit', () => {
  test.each([
    ['RepositoryDoesNotExistException', RepositoryNotFoundError, 'because'],
    ['EncryptionKeyDisabledException', RepositoryLockedError, 'because'],
    ['AccessDeniedException', SourceAccessDeniedError, 'because'],
    ['BranchNameExistsException', BranchMovedError, 'because'],
    ['ParentCommitIdOutdatedException', BranchMovedError, 'because'],
    ['ConcurrentReferenceUpdateException', BranchMovedError, 'because'],
    ['InvalidBranchNameException', SourceError, 'InvalidBranchNameException: because'],
  ])('translates %s into an error of the port in every call', async (name, type, message) => {
    const host = hostWith(refusal(name));
    const calls = [
      host.head('shop', 'main'),
      host.branches('shop'),
      host.file('shop', 'abc', 'environment.json'),
      host.createBranch('shop', 'env/dev', 'abc'),
      host.commitFile(change),
      host.authorOf('shop', 'abc'),
    ];
    for (const outcome of await Promise.allSettled(calls)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { name: type.name, message } });
    }
  });

  test('passes transient errors on unchanged', async () => {
    const error = await hostWith(refusal('ThrottlingException'))
      .head('shop', 'main')
      .catch((reason: unknown) => reason);
    expect(isTransient(error)).toBe(true);
  });

  test('returns undefined for a branch, file or commit that does not exist', async () => {
    const options = { $metadata: {}, message: 'none' };
    expect(await hostWith(new BranchDoesNotExistException(options)).head('shop', 'main')).toBeUndefined();
    expect(
      await hostWith(new FileDoesNotExistException(options)).file('shop', 'abc', 'environment.json'),
    ).toBeUndefined();
    expect(await hostWith(new CommitIdDoesNotExistException(options)).authorOf('shop', 'abc')).toBeUndefined();
  });
});

describe('an event', () => {
  const detail = { event: 'referenceUpdated', referenceType: 'branch', referenceName: 'env/dev', commitId: 'abc' };
  const event = (changes: Partial<HostEvent> = {}): HostEvent => ({
    id: 'event',
    source: 'aws.codecommit',
    resources: [ARN],
    detail,
    ...changes,
  });

  test.each(['referenceUpdated', 'referenceCreated'])('%s of a branch updates the branch', name => {
    expect(movedBranch(event({ detail: { ...detail, event: name } }))).toEqual({
      repository: { host: 'codecommit', repositoryName: 'shop', repositoryArn: ARN },
      branchName: 'env/dev',
      commitId: 'abc',
    });
  });

  test.each<[string, Partial<HostEvent>]>([
    ['of another service', { source: 'aws.codepipeline' }],
    ['of a tag', { detail: { ...detail, referenceType: 'tag' } }],
    ['of a branch that was deleted', { detail: { ...detail, event: 'referenceDeleted' } }],
    ['without a commit', { detail: { ...detail, commitId: undefined } }],
    ['without a branch', { detail: { ...detail, referenceName: undefined } }],
  ])('%s updates no branch', (_, changes) => {
    expect(movedBranch(event(changes))).toBeUndefined();
  });
});

describe('hosts', () => {
  test('are connected once', () => {
    const hosts = connectedHosts();
    expect(hosts({ host: 'codecommit' })).toBe(hosts({ host: 'codecommit' }));
  });

  test('that are unknown are rejected with their name', () => {
    const repository = JSON.parse('{ "host": "elsewhere" }');
    expect(() => connectedHosts()(repository)).toThrow(
      "unknown host 'elsewhere' of repositories (known are codecommit, github, gitlab, bitbucket): "
        + 'deploy the Organization with the version of the library that the app uses',
    );
  });
});
