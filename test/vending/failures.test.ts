import { execFileSync } from 'node:child_process';
import { reasons, REPOSITORY, World } from './world';
import type { WorldOptions } from './world';
import { OrganizationAccess } from '../../src';
import { ACCESS_ROLE_ARN, CICD_ACCOUNT, Cicd, REGION } from '../fixtures/app';
import type { CicdProps } from '../fixtures/app';

interface App { readonly define: (cicd: Cicd) => void; readonly props?: CicdProps }

interface Trouble {
  readonly what: string;
  readonly options?: WorldOptions;
  /** Brings the trouble about, where the world does not begin with it. */
  readonly begin?: (world: World) => void;
  readonly app: App;
  readonly words: readonly RegExp[];
  /** Removes the cause. */
  readonly mend?: (world: World) => void;
  /** What is deployed then, if it is not the same app. */
  readonly corrected?: App;
}

const dev: App = { define: cicd => cicd.environment('dev') };
const withAccount = (props: { email?: string; organizationalUnit?: string }): App => ({
  define: cicd => cicd.environment('dev', { account: cicd.account('dev', props) }),
});

const troubles: Trouble[] = [
  {
    what: 'the e-mail is taken by an account outside of the organization',
    begin: ({ simulation }) => simulation.organizations.takeEmail('aws+shop-dev@example.com'),
    app: dev,
    words: [/e-mail 'aws\+shop-dev@example.com' is taken/, /use another e-mail/],
    corrected: withAccount({ email: 'aws+shop-dev2@example.com' }),
  },
  {
    what: 'the e-mail is taken by another account of the organization',
    begin: ({ simulation }) => simulation.organizations.addAccount({
      accountId: '444444444444', name: 'old', email: 'aws+shop-dev@example.com', joined: 'INVITED',
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
    app: { define: cicd => cicd.environment('dev', { branch: { source: cicd.source, branchName: 'env/dev', parentBranchName: 'develop' } }) },
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
    what: 'the organization has reached its limit of accounts',
    options: { accountLimit: 2 },
    app: dev,
    words: [/limit of accounts/, /Service Quotas/],
    mend: ({ simulation }) => simulation.organizations.creation.allow(10),
  },
  {
    what: 'the management account does not let us in',
    app: { ...dev, props: { access: OrganizationAccess.role(ACCESS_ROLE_ARN, { externalId: 'somebody-else' }) } },
    words: [new RegExp(`cannot enter the management account through '${ACCESS_ROLE_ARN}'`), /external id/],
    corrected: dev,
  },
];

/** A first commit, as somebody pushes it. */
function push(repository = ''): void {
  const git = (...args: string[]) => execFileSync('git', ['-C', repository, '-c', 'user.name=Dev', '-c', 'user.email=dev@example.com', ...args], { encoding: 'utf8' }).trim();
  const tree = execFileSync('git', ['-C', repository, 'hash-object', '-t', 'tree', '-w', '--stdin'], { input: '', encoding: 'utf8' }).trim();
  git('update-ref', 'refs/heads/main', git('commit-tree', tree, '-m', 'first'));
}

describe.each(troubles)('when $what', ({ options, begin, app, words, mend, corrected = app }) => {
  let world: World;
  beforeAll(async () => { world = await World.start(options); });
  afterAll(() => world.stop());

  test('the deployment fails in words, rolls back, and succeeds once the cause is mended', async () => {
    begin?.(world);
    const failed = await world.deploy(app.define, app.props);
    expect(failed.succeeded).toBe(false);
    for (const word of words) expect(reasons(failed)).toMatch(word);
    expect(failed.stacks.at(-1)).toMatchObject({ name: 'Cicd', status: 'ROLLBACK_COMPLETE' });

    expect(world.keptResources(CICD_ACCOUNT, 'Cicd')).toEqual([]);

    const accountOfFirstTry = world.vended['shop-dev'];
    mend?.(world);
    const again = await world.deploy(corrected.define, corrected.props);
    expect(reasons(again)).toBe('');
    // whatever the first try has made is used by the second
    expect(Object.keys(world.vended)).toEqual(['shop-dev']);
    expect(world.vended['shop-dev']).toBe(accountOfFirstTry ?? world.vended['shop-dev']);
    expect(world.simulation.codepipeline.pipelines(world.vended['shop-dev'], REGION)).toMatchObject([{ name: 'dev' }]);
  });
});
