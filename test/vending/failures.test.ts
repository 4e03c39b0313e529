import { execFileSync } from 'node:child_process';
import { reasons, REPOSITORY, Harness } from './harness';
import type { HarnessOptions } from './harness';
import { OrganizationAccess } from '../../src';
import { ACCESS_ROLE_ARN, CICD_ACCOUNT, Cicd, REGION } from '../fixtures/app';
import type { CicdProps } from '../fixtures/app';

interface App { readonly define: (cicd: Cicd) => void; readonly props?: CicdProps }

interface Trouble {
  readonly what: string;
  readonly options?: HarnessOptions;
  /** Brings the trouble about, where the harness does not begin with it. */
  readonly begin?: (harness: Harness) => void;
  readonly app: App;
  readonly words: readonly RegExp[];
  /** Removes the cause. */
  readonly mend?: (harness: Harness) => void;
  /** What is deployed then, if it is not the same app. */
  readonly corrected?: App;
}

const dev: App = { define: cicd => cicd.environment('dev') };
const withAccount = (props: { email?: string; organizationalUnit?: string }): App => ({
  define: cicd => cicd.environment('dev', { account: cicd.account('dev', props) }),
});

const troubles: Trouble[] = [
  {
    what: 'the e-mail address is used by an account outside the organization',
    begin: ({ simulation }) => simulation.organizations.takeEmail('aws+shop-dev@example.com'),
    app: dev,
    words: [/e-mail 'aws\+shop-dev@example.com' is taken/, /use another e-mail/],
    corrected: withAccount({ email: 'aws+shop-dev2@example.com' }),
  },
  {
    what: 'the e-mail address is used by another account of the organization',
    begin: ({ simulation }) =>
      simulation.organizations.addAccount({
        accountId: '444444444444',
        name: 'old',
        email: 'aws+shop-dev@example.com',
        joined: 'INVITED',
      }),
    app: dev,
    words: [/belongs already to account 444444444444/, /OnExistingAccount\.ADOPT/],
    corrected: withAccount({ email: 'aws+shop-dev2@example.com' }),
  },
  {
    what: 'the organizational unit does not exist',
    app: withAccount({ organizationalUnit: 'Workloads/Tset' }),
    words: [/organizational unit 'Workloads\/Tset' does not exist/, /'Workloads' has Prod, Test/],
    corrected: withAccount({ organizationalUnit: 'Workloads/Test' }),
  },
  {
    what: 'the parent branch does not exist',
    app: {
      define: cicd =>
        cicd.environment('dev', { branch: { source: cicd.source, branchName: 'env/dev', parentBranchName: 'develop' } }),
    },
    words: [/'develop'/, /which repository 'shop' does not have/, /main/],
    corrected: dev,
  },
  {
    what: 'the repository is empty',
    // a repository that git can push to
    options: { files: {}, virtual: {} },
    app: dev,
    words: [/repository 'shop' .*has no commit yet/, /then deploy again/],
    mend: ({ simulation }) => push(simulation.codecommit.path(CICD_ACCOUNT, REGION, REPOSITORY)),
  },
  {
    what: 'the organization has reached its account quota',
    options: { accountLimit: 2 },
    app: dev,
    words: [/limit of accounts/, /Service Quotas/],
    mend: ({ simulation }) => simulation.organizations.creation.allow(10),
  },
  {
    what: 'the access role of the management account rejects the external id',
    app: { ...dev, props: { access: OrganizationAccess.role(ACCESS_ROLE_ARN, { externalId: 'somebody-else' }) } },
    words: [new RegExp(`cannot enter the management account through '${ACCESS_ROLE_ARN}'`), /external id/],
    corrected: dev,
  },
];

/** A first commit, as somebody pushes it. */
function push(repository = ''): void {
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', repository, '-c', 'user.name=Dev', '-c', 'user.email=dev@example.com', ...args], {
      encoding: 'utf8',
    }).trim();
  const tree = execFileSync('git', ['-C', repository, 'hash-object', '-t', 'tree', '-w', '--stdin'], {
    input: '',
    encoding: 'utf8',
  }).trim();
  git('update-ref', 'refs/heads/main', git('commit-tree', tree, '-m', 'first'));
}

describe.each(troubles)('when $condition', ({ options, begin, app, words, mend, corrected = app }) => {
  let harness: Harness;
  beforeAll(async () => { harness = await Harness.start(options); });
  afterAll(() => harness.stop());

  test('the deployment fails with the cause, rolls back, and succeeds after the cause is fixed', async () => {
    begin?.(harness);
    const failed = await harness.deploy(app.define, app.props);
    expect(failed.succeeded).toBe(false);
    for (const word of words) expect(reasons(failed)).toMatch(word);
    expect(failed.stacks.at(-1)).toMatchObject({ name: 'Cicd', status: 'ROLLBACK_COMPLETE' });

    expect(harness.keptResources(CICD_ACCOUNT, 'Cicd')).toEqual([]);

    const accountOfFirstTry = harness.vended['shop-dev'];
    mend?.(harness);
    const again = await harness.deploy(corrected.define, corrected.props);
    expect(reasons(again)).toBe('');
    // whatever the first try has made is used by the second
    expect(Object.keys(harness.vended)).toEqual(['shop-dev']);
    expect(harness.vended['shop-dev']).toBe(accountOfFirstTry ?? harness.vended['shop-dev']);
    expect(harness.simulation.codepipeline.pipelines(harness.vended['shop-dev'], REGION)).toMatchObject([
      { name: 'dev' },
    ]);
  });
});
