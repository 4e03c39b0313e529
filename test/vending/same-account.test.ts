import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { deployAssembly, destroyAssembly } from '../../rehearsal/assembly/deployer';
import { Simulation } from '../../rehearsal/simulation';
import { OrganizationAccess } from '../../src';
import { Cicd, MANAGEMENT_ACCOUNT, ORGANIZATION_ID, quickApp, REGION } from '../fixtures/app';

const env = { account: MANAGEMENT_ACCOUNT, region: REGION };

describe('an organization in the management account', () => {
  let simulation: Simulation;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'same-account-'));
    mkdirSync(path.join(folder, 'shop'));
    writeFileSync(path.join(folder, 'shop/README.md'), 'the shop\n');
    simulation = await Simulation.start({
      managementAccountId: MANAGEMENT_ACCOUNT,
      organizationId: ORGANIZATION_ID,
      repositories: { shop: path.join(folder, 'shop') },
      builds: false,
      virtual: {},
    });
  });
  afterAll(async () => {
    await simulation.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function synthesize(name: string, ...environments: readonly string[]): string {
    const app = quickApp({ outdir: path.join(folder, name) });
    const cicd = new Cicd(app, { access: OrganizationAccess.sameAccount(), env });
    environments.forEach(environment => cicd.environment(environment));
    return app.synth().directory;
  }

  test('vends accounts itself, with its own repository', async () => {
    const { succeeded, failures } = await deployAssembly(simulation, synthesize('two', 'dev', 'test'));
    expect({ succeeded, failures }).toEqual({ succeeded: true, failures: [] });
    const created = simulation.organizations.accounts.filter(({ joined }) => joined === 'CREATED');
    expect(created.map(({ name }) => name).sort()).toEqual(['shop-dev', 'shop-test']);
    const branches = await simulation.codecommit.branches(MANAGEMENT_ACCOUNT, REGION, 'shop');
    expect(branches.map(({ name }) => name)).toEqual(['env/dev', 'env/test', 'main']);
    expect(simulation.codepipeline.all.map(({ name, accountId }) => (
      `${name} in ${created.find(account => account.accountId === accountId)?.name}`
    )).sort()).toEqual(['dev in shop-dev', 'test in shop-test']);
  });

  test('removes an environment and all others', async () => {
    const { succeeded, failures } = await deployAssembly(simulation, synthesize('one', 'dev'));
    expect({ succeeded, failures }).toEqual({ succeeded: true, failures: [] });
    const pipelines = (): string[] => (
      simulation.codepipeline.all.filter(({ removed }) => !removed).map(({ name }) => name)
    );
    expect(pipelines()).toEqual(['dev']);
    const destroyed = await destroyAssembly(simulation, path.join(folder, 'one'));
    expect(destroyed).toMatchObject({ succeeded: true, failures: [] });
    expect(pipelines()).toEqual([]);
    expect(simulation.organizations.accounts.map(({ state }) => state)).toEqual(['ACTIVE', 'ACTIVE', 'ACTIVE']);
  });
});
