import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectOf, stagesOf, templateOf } from './templates';
import { PipelineDefinition } from '../../src';
import { resourcesOf } from '../fixtures/assembly';
import { identityStatements, textOf } from '../fixtures/policies';

/** Of the archive that the download of the tests returns. */
const SHA256 = createHash('sha256').update('archive').digest('hex');

describe('the definition of OpenTofu', () => {
  const template = templateOf(
    PipelineDefinition.tofu({
      tofuVersion: '1.9.0',
      tofuSha256: SHA256,
      directory: 'infrastructure',
      initArguments: ['-backend-config=backend.hcl'],
    }),
  );

  test('plans, and applies what was planned', () => {
    expect(stagesOf(template).map(({ Name }) => Name)).toEqual(['Source', 'Plan', undefined, 'Deploy']);
    const { install, build } = projectOf(template, 'plan').buildSpec.phases;
    const plan = [...install.commands ?? [], ...build.commands].join('\n');
    for (const text of [
      'tofu_1.9.0_linux_amd64.zip',
      `echo '${SHA256}  tofu_1.9.0_linux_amd64.zip' | sha256sum --check`,
      "cd 'infrastructure'",
      'tofu init -backend-config=backend.hcl',
      'tofu validate',
      'tofu plan -lock=false -out=environment.tfplan',
    ]) {
      expect(plan).toContain(text);
    }
    expect(
      projectOf(template, 'deploy').buildSpec.phases.build.commands.join('\n'),
    ).toContain('tofu apply environment.tfplan');
  });

  test('trusts no checksum from the place of the download', () => {
    const commands = projectOf(template, 'plan').buildSpec.phases.install.commands?.join('\n');
    expect(commands).not.toContain('SHA256SUMS');
  });

  test.each([
    ['is unpacked', 'archive', 'unpacked', 0],
    [
      'with another checksum fails the build',
      'forged archive',
      `tofu_1.9.0_linux_amd64.zip does not have the expected SHA-256 ${SHA256}: start the pipeline again; if that `
      + 'fails too, do not use this release',
      1,
    ],
  ])('a download %s', (_, content, words, status) => {
    const folder = mkdtempSync(join(tmpdir(), 'tofu-'));
    const [command = ''] = projectOf(template, 'deploy').buildSpec.phases.install.commands ?? [];
    writeFileSync(join(folder, 'curl'), `#!/bin/sh\nprintf '${content}' > "$(basename "$2")"\n`, { mode: 0o755 });
    writeFileSync(join(folder, 'unzip'), '#!/bin/sh\necho unpacked\n', { mode: 0o755 });
    const env = { PATH: `${folder}:${process.env.PATH}`, HOME: folder };
    const run = spawnSync('sh', ['-c', command], { cwd: folder, encoding: 'utf8', env });
    rmSync(folder, { recursive: true });
    expect(run.stdout.split('\n')).toContain(words);
    expect(run.status).toBe(status);
  });

  const STALE = 'Error: Saved plan is stale';
  const MESSAGE = 'the state has changed since this plan was approved: '
    + 'push a commit or start the pipeline to plan again';
  test.each([
    ['is applied', 'fits', 'one', 'manual', ['environment.tfplan'], 0],
    ['that was approved and no longer fits is not replaced by another', STALE, 'one', 'manual', [STALE, MESSAGE], 1],
    [
      'that is stale and needs no approval is planned again',
      STALE,
      'one',
      'none',
      [STALE, '-auto-approve'],
      0,
    ],
    [
      'that is stale is planned again by a rollback, which is an execution of its own',
      STALE,
      'two',
      'manual',
      [STALE, '-auto-approve'],
      0,
    ],
    ['that fails otherwise fails', 'Error: no rights', 'two', 'none', ['Error: no rights'], 1],
  ])('a plan %s', (_, state, execution, approval, lines, status) => {
    const folder = mkdtempSync(join(tmpdir(), 'tofu-'));
    writeFileSync(join(folder, 'environment.execution'), 'one\n');
    writeFileSync(
      join(folder, 'tofu'),
      '#!/bin/sh\nif [ "$2" = -auto-approve ] || [ "$STATE" = fits ]; then echo "$2"; else echo "$STATE" >&2; exit '
        + '1; fi\n',
      { mode: 0o755 },
    );
    const command = projectOf(template, 'deploy').buildSpec.phases.build.commands.find(
      line => line.startsWith('tofu apply'),
    ) ?? '';
    const env = {
      PATH: `${folder}:${process.env.PATH}`,
      STATE: state,
      PIPELINE_EXECUTION_ID: execution,
      PIPELINE_APPROVAL: approval,
    };
    const run = spawnSync('sh', ['-c', command], { cwd: folder, encoding: 'utf8', env });
    rmSync(folder, { recursive: true });
    expect({ lines: run.stdout.trim().split('\n'), status: run.status }).toEqual({ lines, status });
  });

  test('passes the execution id and the approval mode to its builds', () => {
    const variables = stagesOf(template).at(-1)?.Actions.map(
      ({ Configuration }) => textOf(Configuration.EnvironmentVariables),
    );
    expect(variables).toEqual([
      '[{"name":"PIPELINE_EXECUTION_ID","value":"#{codepipeline.PipelineExecutionId}"},'
      + '{"name":"PIPELINE_APPROVAL","value":"<Approval>"}]',
    ]);
  });

  test('only reads while it plans, and may do what CloudFormation may do for applications when it applies', () => {
    for (const [step, role] of [['plan', 'plan'], ['deploy', 'application']]) {
      const name = `arn:<AWS::Partition>:iam::<AWS::AccountId>:role/org-environments-${role}-<AWS::Region>`;
      const roles = resourcesOf(template, 'AWS::IAM::Role').filter(
        ({ Properties }) => Properties.RoleName === `org-environments-pipeline-${step}`,
      );
      const assumed = identityStatements({
        Resources: Object.fromEntries(roles.entries()),
      }).filter(({ Action }) => Action === 'sts:AssumeRole');
      expect(assumed.map(({ Resource }) => textOf(Resource))).toEqual([name]);
      expect(projectOf(template, step).buildSpec.phases.build.commands[0]).toContain(`'${name}'`);
    }
  });
});
