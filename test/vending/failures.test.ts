import { execFileSync } from 'node:child_process';
import { reasons, REPOSITORY, Harness } from './harness';
import type { HarnessOptions } from './harness';
import { OrganizationAccess } from '../../src';
import { ACCESS_ROLE_ARN, CICD_ACCOUNT, Cicd, REGION } from '../fixtures/app';
import type { CicdProps } from '../fixtures/app';

interface App { readonly define: (cicd: Cicd) => void; readonly props?: CicdProps }

interface FailureCase {
  readonly condition: string;
  readonly options?: HarnessOptions;
  /** Creates the cause, if the options of the harness do not. */
  readonly prepare?: (harness: Harness) => void;
  readonly app: App;
  readonly messages: readonly RegExp[];
  /** Removes the cause. */
  readonly fix?: (harness: Harness) => void;
  /** The app that is deployed then; default: the same app. */
  readonly corrected?: App;
}

const dev: App = { define: cicd => cicd.environment('dev') };
const withAccount = (props: { email?: string; organizationalUnit?: string }): App => ({
  define: cicd => cicd.environment('dev', { account: cicd.account('dev', props) }),
});

const cases: FailureCase[] = [
  {
    condition: 'the e-mail address is used by an account outside the organization',
    prepare: ({ simulation }) => simulation.organizations.reserveEmail('aws+shop-dev@example.com'),
    app: dev,
    messages: [/e-mail 'aws\+shop-dev@example.com' is taken/, /use another e-mail/],
    corrected: withAccount({ email: 'aws+shop-dev2@example.com' }),
  },
  {
    condition: 'the e-mail address is used by another account of the organization',
    prepare: ({ simulation }) =>
      simulation.organizations.addAccount({
        accountId: '444444444444',
        name: 'old',
        email: 'aws+shop-dev@example.com',
        joined: 'INVITED',
      }),
    app: dev,
    messages: [/already belongs to account 444444444444/, /OnExistingAccount\.ADOPT/],
    corrected: withAccount({ email: 'aws+shop-dev2@example.com' }),
  },
  {
    condition: 'the organizational unit does not exist',
    app: withAccount({ organizationalUnit: 'Workloads/Tset' }),
    messages: [/organizational unit 'Workloads\/Tset' does not exist/, /'Workloads' has Prod, Test/],
    corrected: withAccount({ organizationalUnit: 'Workloads/Test' }),
  },
  {
    condition: 'the parent branch does not exist',
    app: {
      define: cicd =>
        cicd.environment('dev', {
          branch: { source: cicd.source, branchName: 'env/dev', parentBranchName: 'develop' },
        }),
    },
    messages: [/'develop'/, /does not exist in repository 'shop'/, /main/],
    corrected: dev,
  },
  {
    condition: 'the repository is empty',
    // a git repository to push to
    options: { files: {}, virtual: {} },
    app: dev,
    messages: [/repository 'shop' .*has no commit yet/, /then deploy again/],
    fix: ({ simulation }) => push(simulation.codecommit.path(CICD_ACCOUNT, REGION, REPOSITORY)),
  },
  {
    condition: 'the organization has reached its account quota',
    options: { accountLimit: 2 },
    app: dev,
    messages: [/limit of accounts/, /Service Quotas/],
    fix: ({ simulation }) => simulation.organizations.creation.raiseLimit(10),
  },
  {
    condition: 'the access role of the management account rejects the external id',
    app: { ...dev, props: { access: OrganizationAccess.role(ACCESS_ROLE_ARN, { externalId: 'other' }) } },
    messages: [new RegExp(`cannot assume role '${ACCESS_ROLE_ARN}' of the management account`), /external id/],
    corrected: dev,
  },
];

/** Pushes the first commit to a repository. */
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

describe.each(cases)('when $condition', ({ options, prepare, app, messages, fix, corrected = app }) => {
  let harness: Harness;
  beforeAll(async () => { harness = await Harness.start(options); });
  afterAll(() => harness.stop());

  test('the deployment fails with the cause, rolls back, and succeeds after the cause is fixed', async () => {
    prepare?.(harness);
    const failed = await harness.deploy(app.define, app.props);
    expect(failed.succeeded).toBe(false);
    for (const message of messages) expect(reasons(failed)).toMatch(message);
    expect(failed.stacks.at(-1)).toMatchObject({ name: 'Cicd', status: 'ROLLBACK_COMPLETE' });

    // the table is empty and costs nothing; CloudFormation could not delete it, because it is protected
    expect(harness.keptResources(CICD_ACCOUNT, 'Cicd')).toEqual([expect.stringMatching(/^OrganizationRegistry/)]);

    const accountOfFirstDeployment = harness.vended['shop-dev'];
    fix?.(harness);
    const again = await harness.deploy(corrected.define, corrected.props);
    expect(reasons(again)).toBe('');
    // the second deployment uses what the first one has created
    expect(Object.keys(harness.vended)).toEqual(['shop-dev']);
    expect(harness.vended['shop-dev']).toBe(accountOfFirstDeployment ?? harness.vended['shop-dev']);
    expect(harness.simulation.codepipeline.pipelines(harness.vended['shop-dev'], REGION)).toMatchObject([
      { name: 'dev' },
    ]);
  });
});
