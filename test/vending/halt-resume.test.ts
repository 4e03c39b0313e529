import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AccountPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { orgEnvironments, signedIn } from './command-line';
import type { CommandResult } from './command-line';
import { IN_REAL_TIME, reasons, Harness } from './harness';
import type { Execution } from '../../rehearsal/services/codepipeline/execution';
import type { Pipeline } from '../../rehearsal/services/codepipeline/pipeline';
import type { PipelinePlan } from '../../src';
import { PipelineDefinition } from '../../src';
import type { HistoryEntry } from '../../src/history/contract';
import { CICD_ACCOUNT, MANAGEMENT_ACCOUNT, REGION } from '../fixtures/app';
import type { Cicd } from '../fixtures/app';

/** Runs the files `build.sh` and `deploy.sh` of a commit. */
class Scripts extends PipelineDefinition {
  public constructor(private readonly version: string) {
    super();
  }

  public plan(): PipelinePlan {
    const step = (name: string) => ({
      name,
      description: `runs a script (${this.version})`,
      commands: [`sh ${name.toLowerCase()}.sh`],
    });
    return { stages: [{ name: 'Build', steps: [step('Build')] }, { name: 'Deploy', steps: [step('Deploy')] }] };
  }
}

interface Options { readonly version?: string; readonly enabled?: boolean }

/** Defines `dev` with these options, and `test`, which stays unchanged. */
function app({ version = '1', enabled = true }: Options = {}) {
  return (cicd: Cicd): void => {
    const operator = (roleName: string) =>
      new Role(cicd.stack, roleName, { roleName, assumedBy: new AccountPrincipal(CICD_ACCOUNT) });
    cicd.organization.grantOperate(operator('Operator'));
    operator('WithoutGrant');
    cicd.environment('dev', { pipeline: { definition: new Scripts(version), enabled } });
    cicd.environment('test', { pipeline: { definition: new Scripts('1') } });
  };
}

const [third, disabled] = [app({ version: '3' }), app({ version: '3', enabled: false })];

const OPERATOR = `arn:aws:iam::${CICD_ACCOUNT}:role/Operator`;
const ENDLESS = 'while true; do sleep 0.1; done\n';

describe('halt, resume and status commands', () => {
  let harness: Harness;
  beforeAll(async () => {
    // with the shipped handlers and their SDK
    harness = await Harness.start({
      ...IN_REAL_TIME,
      inProcess: {},
      builds: true,
      files: { 'build.sh': 'true\n', 'deploy.sh': 'true\n' },
    });
    expect(reasons(await harness.deploy(app()))).toBe('');
    await until(() =>
      [pipeline('dev'), pipeline('test')].every(({ executions: [first] }) => first.status === 'Succeeded'),
    );
  });
  afterAll(() => harness.stop());

  const cli = async (...args: string[]): Promise<CommandResult> =>
    orgEnvironments(signedIn(harness, OPERATOR), ...args);
  const pipeline = (name: string): Pipeline => {
    const found = harness.simulation.codepipeline.find(harness.vended[`shop-${name}`], REGION, name);
    if (!found) throw new Error(`there is no pipeline ${name}`);
    return found;
  };
  const execution = (name: string, commitId: string): Execution | undefined =>
    pipeline(name).executions.find(({ found: [revision] }) => revision?.revisionId === commitId);
  const isWaiting = (name: string, commitId: string): boolean =>
    pipeline(name)
      .gate('Build')
      .waiting.some(({ found: [{ revisionId }] }) => revisionId === commitId);

  async function until(holds: () => boolean): Promise<void> {
    for (const end = Date.now() + 30_000; !holds(); await new Promise(resolve => setTimeout(resolve, 20))) {
      if (Date.now() > end) throw new Error(`condition not met in 30 s: ${holds.toString()}`);
    }
  }

  test('status shows all environments', async () => {
    const { status, stdout } = await cli('status');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^environment +account +state +last execution +commit +author +started \(UTC\) +duration\n/);
    expect(stdout).toMatch(new RegExp(`\\ndev +${harness.vended['shop-dev']} +enabled +succeeded +[0-9a-f]{7} `));
    expect(stdout).toMatch(new RegExp(`\\ntest +${harness.vended['shop-test']} +enabled +succeeded +[0-9a-f]{7} `));
  });

  test('halt stops the executions of its environment with their builds, and no others', async () => {
    const commitId = await harness.push('env/dev', { 'deploy.sh': ENDLESS });
    await until(
      () => execution('dev', commitId)?.stages.get('Deploy')?.actions.get('Deploy')?.externalExecutionId !== undefined,
    );
    const { status, stdout, stderr } = await cli('halt', '--environment', 'dev', '--reason', 'the till is wrong');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toBe(
      `dev (account ${harness.vended['shop-dev']}) halted: 1 execution stopped, interrupted: Deploy/Deploy. ` +
        'CloudFormation finishes the stacks it has started; later stacks are not deployed\n',
    );
    expect(execution('dev', commitId)?.status).toBe('Stopped');
    await until(() => harness.simulation.codebuild.builds(harness.vended['shop-dev'], REGION)[0].status === 'STOPPED');
    expect(pipeline('dev').disabledTransitions.get('Build')?.reason).toBe(
      'Halted by arn aws sts 222222222222 assumed-role Operator anna the till is wrong',
    );
    expect(pipeline('test').disabledTransitions.size).toBe(0);
  });

  test('status shows who halted an environment, when and why', async () => {
    const { stdout } = await cli('status');
    expect(stdout).toMatch(/\ndev +\d{12} +halted +stopped +[0-9a-f]{7} +Anna /);
    expect(stdout).toMatch(
      /\ndev was halted by arn:aws:sts::2{12}:assumed-role\/Operator\/anna at [\d-]{10} [\d:]{5}: the till is wrong\n/,
    );
    const { pipelines: [dev, test] } = JSON.parse((await cli('status', '--json')).stdout);
    expect(dev).toMatchObject({
      environmentName: 'dev',
      branchName: 'env/dev',
      state: 'halted',
      halt: { by: 'arn:aws:sts::222222222222:assumed-role/Operator/anna', reason: 'the till is wrong' },
    });
    expect(test).toMatchObject({ environmentName: 'test', state: 'enabled' });
  });

  test('forget rejects an environment that is in use', async () => {
    const { status, stderr } = await cli('forget', 'dev', '--yes');
    expect({ status, stderr }).toEqual({
      status: 1, stderr: expect.stringContaining("environment 'dev' in account"),
    });
    expect(await cli('forget')).toMatchObject({ status: 2, stderr: expect.stringContaining("argument 'name'") });
  });

  test('a deployment that changes a halted pipeline does not resume it, and new commits wait', async () => {
    const before = pipeline('dev').version;
    const result = await harness.deploy(app({ version: '2' }));
    expect(reasons(result)).toBe('');
    expect(pipeline('dev').version).toBe(before + 1);
    const commitId = await harness.push('env/dev', { 'deploy.sh': 'true\n' });
    await until(() => isWaiting('dev', commitId));
    expect(pipeline('dev').disabledTransitions.has('Build')).toBe(true);
    expect(execution('dev', commitId)?.stages.has('Build')).toBe(false);
    expect((await cli('status')).stdout).toMatch(
      new RegExp(`\\ndev +\\d{12} +halted +waiting \\(halted\\) +${commitId.slice(0, 7)} +Anna `),
    );
    // the other pipeline is not affected
    const other = await harness.push('env/test', { 'README.md': 'works\n' });
    await until(() => execution('test', other)?.status === 'Succeeded');
  });

  test('resume lets the waiting commit continue', async () => {
    const commitId = await harness.push('env/dev', { 'README.md': 'the last one\n' });
    await until(() => isWaiting('dev', commitId));
    const { status, stdout } = await cli('resume', '--environment', 'dev');
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: `dev (account ${harness.vended['shop-dev']}) resumed: deploys new commits\n`,
    });
    await until(() => execution('dev', commitId)?.status === 'Succeeded');
    expect((await cli('status')).stdout).toMatch(/\ndev +\d{12} +enabled +succeeded /);
  });

  test('a deployment that changes a pipeline restarts the execution that it cancels', async () => {
    const commitId = await harness.push('env/dev', { 'deploy.sh': `[ -f ${harness.folder}/changed ] || ${ENDLESS}` });
    await until(
      () => execution('dev', commitId)?.stages.get('Deploy')?.actions.get('Deploy')?.externalExecutionId !== undefined,
    );
    const cancelled = execution('dev', commitId);
    const deployed = harness.deploy(third);
    await until(() => cancelled?.isOver === true);
    expect(cancelled?.status).toBe('Cancelled');
    writeFileSync(join(harness.folder, 'changed'), '');
    expect(reasons(await deployed)).toBe('');
    await until(() => execution('dev', commitId)?.status === 'Succeeded');
  });

  test('resume starts the head of the branch if no commit is waiting', async () => {
    const commitId = await harness.push('env/dev', { 'deploy.sh': `[ -f go ] || ${ENDLESS}` });
    await until(() => execution('dev', commitId)?.stages.get('Deploy')?.actions.has('Deploy') === true);
    await cli('halt', '--all', '--reason', 'everything');
    expect([pipeline('dev'), pipeline('test')].map(({ disabledTransitions }) => disabledTransitions.size)).toEqual([
      1, 1,
    ]);
    expect((await cli('resume', '--all')).stdout).toBe(
      `dev (account ${harness.vended['shop-dev']}) resumed: deploying the last commit\n` +
        `test (account ${harness.vended['shop-test']}) resumed: deploys new commits\n`,
    );
    await until(
      () =>
        pipeline('dev').executions[0].status === 'InProgress' &&
        pipeline('dev').executions[0].found[0]?.revisionId === commitId,
    );
    await cli('halt', '--environment', 'dev', '--reason', 'again');
  });

  test('a pipeline with enabled: false stays disabled when it is resumed', async () => {
    expect(reasons(await harness.deploy(disabled))).toBe('');
    expect((await cli('resume', '--environment', 'dev')).stdout).toContain(
      'disabled by its definition (enabled: false)',
    );
    expect(pipeline('dev').disabledTransitions.has('Build')).toBe(true);
    expect((await cli('status')).stdout).toContain('\ndev is disabled by its definition (enabled: false)\n');
    const commitId = await harness.push('env/dev', { 'deploy.sh': 'true\n' });
    await until(() => isWaiting('dev', commitId));

    expect(reasons(await harness.deploy(third))).toBe('');
    await until(() => execution('dev', commitId)?.status === 'Succeeded');
  });

  test('a halted pipeline stays halted when its code enables it', async () => {
    expect(reasons(await harness.deploy(disabled))).toBe('');
    await cli('halt', '--environment', 'dev', '--reason', 'both');
    expect(reasons(await harness.deploy(third))).toBe('');
    expect(pipeline('dev').disabledTransitions.has('Build')).toBe(true);
    expect((await cli('status')).stdout).toMatch(/\ndev +\d{12} +halted /);
    expect((await cli('resume', '--environment', 'dev')).stdout).toContain('resumed');
    expect(pipeline('dev').disabledTransitions.size).toBe(0);
  });

  test('the history of an environment has its creation, its halts and its resumes, with who did them', async () => {
    const { status, stdout } = await cli('history', 'dev', '--json');
    expect(status).toBe(0);
    const entries: readonly HistoryEntry[] = JSON.parse(stdout);
    const kinds = entries.map(({ change }) => change);
    expect(kinds.slice(0, 3)).toEqual(['Account Creation', 'Branch Creation', 'Pipeline Creation']);
    expect(kinds.slice(-3)).toEqual(['Halt', 'Pipeline Update', 'Resume']);
    expect(entries.at(-1)).toMatchObject({ by: expect.stringContaining('Operator/anna'), environmentName: 'dev' });
    expect((await cli('history', '--limit', '1')).stdout).toMatch(/\n[-\d]+ [:\d]+ +dev +- +resume +succeeded /);
    expect(await cli('history', '--limit', '0')).toMatchObject({
      status: 2, stderr: expect.stringContaining("must be a whole number from 1 to 1000, got '0'"),
    });
  });

  test('halt and resume reject an unknown environment and missing options', async () => {
    expect(await cli('halt', '--environment', 'qa', '--reason', 'x')).toMatchObject({
      status: 1, stderr: expect.stringContaining("there is no environment 'qa': use one of dev, test"),
    });
    expect(await cli('halt', '--reason', 'x')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(
        'no environment is selected: use --environment <name>, which can be repeated, or --all',
      ),
    });
    expect(await cli('resume', '--all', '--environment', 'dev')).toMatchObject({
      status: 2, stderr: expect.stringContaining('--all and --environment exclude each other'),
    });
    expect(await cli('halt', '--all')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('missing: --reason <text>'),
    });
    expect(await cli('halt', '--all', '--reason', ' ')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('is empty: give a reason'),
    });
  });

  test('a role without grantOperate is rejected with an error that names grantOperate', async () => {
    const rejected = await orgEnvironments(
      signedIn(harness, `arn:aws:iam::${CICD_ACCOUNT}:role/WithoutGrant`, 'ben'),
      'status',
    );
    expect(rejected).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('grant your role access to the pipelines with organization.grantOperate(…)'),
    });
  });

  test('the commands name missing credentials, a missing region and a missing function', async () => {
    const { AWS_ENDPOINT_URL, AWS_REGION, ...credentials } = signedIn(harness, OPERATOR);
    const attempt = async (variables: NodeJS.ProcessEnv): Promise<CommandResult> =>
      orgEnvironments({ AWS_ENDPOINT_URL, ...variables }, 'status');
    const errorOf = async (ended: Promise<CommandResult>): Promise<string> => (await ended).stderr;
    expect(await errorOf(attempt({ AWS_REGION }))).toContain('no credentials were found: sign in to the CICD account');
    expect(await errorOf(attempt(credentials))).toContain('no region is set: set AWS_REGION');
    expect(await errorOf(attempt({ AWS_REGION, ...credentials, AWS_ACCESS_KEY_ID: 'ASIAOLD' }))).toContain(
      'the credentials are invalid or expired: sign in',
    );
    expect(await errorOf(attempt(signedIn(harness, `arn:aws:iam::${MANAGEMENT_ACCOUNT}:root`)))).toContain(
      "the function 'org-environments-operations' does not exist in this account and region: deploy the organization, "
        + 'or use the credentials and the region (AWS_REGION) of the CICD account',
    );
  });
});
