import { mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { OrganizationAccessRole, PipelineDefinition } from '../../../src';
import type { PipelinePlan } from '../../../src';
import { CICD_ACCOUNT, Cicd, MANAGEMENT_ACCOUNT, ORGANIZATION_ID, quickApp, REGION } from '../../fixtures/app';
import { CommandLine } from '../command-line';

const PUSH = [
  'git clone --quiet https://github.com/acme/shop clone',
  'git -C clone checkout --quiet env/dev',
  'git -C clone -c user.name=Anna -c user.email=anna@example.com commit --quiet --allow-empty --message change',
  'git -C clone push --quiet origin env/dev',
  'git -C clone rev-parse HEAD',
].join(' && ');

/** Reads a file of the commit. */
class ReadsShop extends PipelineDefinition {
  public plan(): PipelinePlan {
    const step = { name: 'Deploy', description: 'reads a file', commands: ['cat shop.txt'] };
    return { stages: [{ name: 'Deploy', steps: [step] }] };
  }
}

let cli: CommandLine;
let app: string;
beforeAll(() => {
  cli = new CommandLine();
  mkdirSync(path.join(cli.folder, 'shop'));
  writeFileSync(path.join(cli.folder, 'shop/shop.txt'), 'the shop');
  const definition = quickApp({ outdir: path.join(cli.folder, 'cdk.out') });
  const management = new Stack(definition, 'Management', { env: { account: MANAGEMENT_ACCOUNT, region: REGION } });
  new OrganizationAccessRole(management, 'Access', { cicdAccountId: CICD_ACCOUNT, organizationId: ORGANIZATION_ID });
  const cicd = new Cicd(definition, { readsCredentials: true });
  cicd.stack.addStackDependency(management);
  cicd.environment('dev', {
    branch: { source: cicd.gitHub(), branchName: 'env/dev' }, pipeline: { definition: new ReadsShop() },
  });
  app = definition.synth().directory;
});
afterAll(() => { cli.remove(); });

test('an app with a repository of GitHub is rehearsed, and git finds the repository at its address', () => {
  const { status, stdout, stderr } = cli.rehearse(
    '--app', app, '--repository', 'github:acme/shop=shop', '--scale', '600', '--report', 'report.json', '--then', PUSH,
  );
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const { environments, pipelines, leftovers } = cli.report('report.json');
  const [pushed] = /^[0-9a-f]{40}$/m.exec(stdout) ?? [];
  expect(environments).toMatchObject([{ environmentName: 'dev', branchName: 'env/dev', commitId: pushed }]);
  expect(JSON.stringify(pipelines)).toContain('WebhookV2');
  expect(leftovers.branches).toEqual([{ name: 'env/dev', repositoryName: 'github.com/acme/shop', unused: false }]);
  expect(stdout).not.toContain('does not use the repository');
});

test('without the repository, the rehearsal fails, and names the option that adds it', () => {
  const { status, stdout, stderr } = cli.rehearse('--app', app, '--scale', '600');
  expect(status).not.toBe(0);
  expect(stdout + stderr).toContain("the app uses the repository 'github:acme/shop', add it: "
    + '--repository github:acme/shop=<path>');
  expect(stdout + stderr).toContain('no account was created: GitHub cannot be reached');
});

test.each(['github:shop=shop', 'github:acme/shop', 'elsewhere:acme/shop=shop'])('%s is rejected', given => {
  const { status, stderr } = cli.rehearse('--app', app, '--repository', given);
  expect(status).not.toBe(0);
  expect(stderr).toContain(
    `must be <name>=<path> or <host>:<owner>/<name>=<path> with the host github, gitlab or bitbucket, got '${given}'`,
  );
});
