import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectOf, stagesOf, templateOf } from './templates';
import { PipelineDefinition } from '../../src';
import { resourcesOf } from '../fixtures/assembly';
import { identityStatements, textOf } from '../fixtures/policies';

describe('the definition of OpenTofu', () => {
  const template = templateOf(
    PipelineDefinition.tofu({
      tofuVersion: '1.9.0', directory: 'infrastructure', initArguments: ['-backend-config=backend.hcl'],
    }),
  );

  test('plans, and applies what was planned', () => {
    expect(stagesOf(template).map(({ Name }) => Name)).toEqual(['Source', 'Plan', undefined, 'Deploy']);
    const { install, build } = projectOf(template, 'plan').buildSpec.phases;
    const plan = [...install.commands ?? [], ...build.commands].join('\n');
    for (const text of [
      'tofu_1.9.0_linux_amd64.zip',
      'sha256sum --check',
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
