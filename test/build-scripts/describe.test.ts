import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cicd, quickApp } from '../fixtures/app';
import { pipelineTemplateOf, resourcesOf } from '../fixtures/assembly';
import { textOf } from '../fixtures/policies';

const PLACE: Record<string, string> = {
  'AWS::AccountId': '111111111111',
  'AWS::Region': 'eu-west-1',
  'PipelineName': 'test1',
  'BranchName': 'env/test1',
  'ParentBranchName': 'env/main',
};
const OURS = { name: 'test1', accountId: '111111111111', region: 'eu-west-1', parent: 'env/main', branch: 'env/test1' };

/** The build that synthesizes, as CodeBuild gets it: its first command, and the variable that this reads. */
function synthBuild(): {
  readonly command: string;
  readonly variable: { readonly Name: string; readonly Value: unknown };
} {
  const app = quickApp();
  const { pipeline } = new Cicd(app, { imported: true }).environment();
  const projects = resourcesOf(pipelineTemplateOf(app.synth(), pipeline), 'AWS::CodeBuild::Project');
  const [project] = projects.filter(({ Properties }) => Properties.Name === 'org-environments-synth');
  const { phases } = JSON.parse(project.Properties.Source.BuildSpec);
  return { command: phases.install.commands[0], variable: project.Properties.Environment.EnvironmentVariables[0] };
}

describe('before anything else, a pipeline', () => {
  const { command, variable } = synthBuild();
  const value = textOf(variable.Value).replace(/<([^>]+)>/g, (_, reference: string) => PLACE[reference] ?? reference);
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'checkout-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  function describeEnvironment(found?: string): unknown {
    const file = join(folder, 'environment.json');
    if (found !== undefined) writeFileSync(file, found);
    execFileSync('sh', ['-c', command], {
      cwd: folder,
      env: { PATH: process.env.PATH, [variable.Name]: value },
      stdio: 'pipe',
    });
    return JSON.parse(readFileSync(file, 'utf8'));
  }

  test('is told the environment, account, region, parent and branch that it belongs to', () => {
    expect(variable.Name).toBe('ENVIRONMENT_DESCRIPTOR');
    expect(JSON.parse(value)).toEqual(OURS);
  });

  test('restores its own environment after a merge of another descriptor, and keeps keys of users', () => {
    const theirs = {
      name: 'prod',
      accountId: '999999999999',
      region: 'us-east-1',
      parent: 'main',
      branch: 'env/prod',
      size: 'small',
      flags: { beta: ['a', '$b'] },
    };
    expect(describeEnvironment(JSON.stringify(theirs, undefined, 2))).toEqual({
      ...OURS,
      size: 'small',
      flags: { beta: ['a', '$b'] },
    });
  });

  test('describes its environment where there is no description', () => {
    expect(describeEnvironment()).toEqual(OURS);
  });

  test('stops where the description is not JSON, which a merge with conflicts leaves', () => {
    expect(() => describeEnvironment('<<<<<<< HEAD\n{}')).toThrow(/JSON/);
  });
});
