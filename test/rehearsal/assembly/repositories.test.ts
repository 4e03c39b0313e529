import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { App, CfnResource, Stack } from 'aws-cdk-lib';
import { deployAssembly, Simulation } from '../../../rehearsal';
import type { SimulationOptions } from '../../../rehearsal/simulation-options';

const [MANAGEMENT, CICD, OTHER] = ['999999999999', '111122223333', '444455556666'];

describe('a seeded repository', () => {
  let folder: string;
  let simulation: Simulation;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'repositories-'));
    mkdirSync(path.join(folder, 'shop'));
    writeFileSync(path.join(folder, 'shop', 'README.md'), 'the shop\n');
  });
  afterEach(async () => {
    await simulation.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Deploys one stack per account and region, in sequence. */
  async function deploy(name: string, ...places: [account: string, region: string][]): Promise<void> {
    const app = new App({
      outdir: path.join(folder, name),
      analyticsReporting: false,
      builtinCloudFormationValidation: false,
    });
    const stacks = places.map(
      ([account, region], index) => new Stack(app, `${name}${index}`, { env: { account, region } }),
    );
    for (const [index, stack] of stacks.entries()) {
      new CfnResource(stack, 'Topic', { type: 'AWS::SNS::Topic' });
      if (index > 0) stack.addStackDependency(stacks[index - 1]);
    }
    app.synth();
    expect((await deployAssembly(simulation, path.join(folder, name))).succeeded).toBe(true);
  }

  async function start(more: Partial<SimulationOptions> = {}): Promise<void> {
    const repositories = { shop: path.join(folder, 'shop') };
    simulation = await Simulation.start({ managementAccountId: MANAGEMENT, virtual: {}, repositories, ...more });
  }

  const namesIn = (accountId: string, region: string): string[] =>
    simulation.codecommit.repositoryNames(accountId, region);

  test('is created in the account and region of the first stack outside the management account only', async () => {
    await start();
    await deploy('One', [MANAGEMENT, 'us-east-1'], [CICD, 'eu-west-1'], [CICD, 'us-east-1'], [OTHER, 'eu-west-1']);
    await deploy('Two', [CICD, 'eu-north-1']);
    expect(namesIn(CICD, 'eu-west-1')).toEqual(['shop']);
    expect(
      [
        [CICD, 'us-east-1'],
        [OTHER, 'eu-west-1'],
        [MANAGEMENT, 'us-east-1'],
        [CICD, 'eu-north-1'],
      ].map(([account, region]) => namesIn(account, region)),
    ).toEqual([[], [], [], []]);
    const { accessKeyId } = simulation.iam.issue({ accountId: CICD, arn: `arn:aws:iam::${CICD}:root` });
    const look = simulation.server.call({
      service: 'codecommit',
      operation: 'GetBranch',
      region: 'us-east-1',
      accessKeyId,
      input: { repositoryName: 'shop', branchName: 'main' },
    });
    await expect(look).rejects.toMatchObject({
      code: 'RepositoryDoesNotExistException',
      message:
        `The repository shop does not exist in account ${CICD}, region us-east-1; there is one in `
        + `account ${CICD}, region eu-west-1`,
    });
  });

  test('is created in the account and region of the options', async () => {
    await start({ repositoryPlace: { accountId: OTHER, region: 'eu-north-1' } });
    await deploy('One', [CICD, 'eu-west-1']);
    expect([namesIn(OTHER, 'eu-north-1'), namesIn(CICD, 'eu-west-1')]).toEqual([['shop'], []]);
  });
});
