import { buildAction, buildProject, MEMBER, PipelineWorld, REGION } from './world';

let world: PipelineWorld;
beforeEach(async () => { world = await PipelineWorld.start({ files: { 'do.sh': 'echo first\n' } }); });
afterEach(() => world.stop());

const log = (): string =>
  world.simulation.codebuild
    .builds(MEMBER, REGION)
    .map(build => build.log.join('\n'))
    .join('\n');

test('variables of actions, the pipeline and the execution are available to later actions', async () => {
  const variables = (values: Readonly<Record<string, string>>): string =>
    JSON.stringify(Object.entries(values).map(([name, value]) => ({ name, value })));
  const given = variables({
    COMMIT: '#{SourceVariables.CommitId}',
    VERSION: '#{Built.VERSION}',
    ID: '#{codepipeline.PipelineExecutionId}',
    WHO: '#{variables.who}',
  });
  await world.pipeline(
    [
      { Name: 'Build', Actions: [buildAction('Build', 'version', { Namespace: 'Built' })] },
      {
        Name: 'Deploy',
        Actions: [
          buildAction('Deploy', 'show', { Configuration: { ProjectName: 'show', EnvironmentVariables: given } }),
        ],
      },
    ],
    {
      Variables: [{ Name: 'who', DefaultValue: 'default' }],
      resources: {
        Version: buildProject('version', {
          env: { 'exported-variables': ['VERSION'] },
          phases: { build: { commands: ['export VERSION=1.2.3'] } },
        }),
        Show: buildProject('show', ['echo "$COMMIT/$VERSION/$ID/$WHO"']),
      },
    },
  );
  await world.ended();
  const id = await world.run({ variables: [{ name: 'who', value: 'anna' }] });
  const { sourceRevisions = [] } = await world.ended(id);
  expect(log()).toContain(`${sourceRevisions[0].revisionId}/1.2.3/${id}/anna`);
  await expect(world.run({ variables: [{ name: 'when', value: 'now' }] })).rejects.toThrow(
    "does not declare the variable 'when'",
  );
});

test('a missing variable fails its action with its name', async () => {
  const Configuration = {
    ProjectName: 'do',
    EnvironmentVariables: '[{"name":"X","value":"#{SourceVariables.Nothing}"}]',
  };
  await world.pipeline([{ Name: 'Deploy', Actions: [buildAction('Deploy', 'do', { Configuration })] }], {
    resources: { Project: buildProject('do', ['sh do.sh']) },
  });
  expect((await world.ended()).statusSummary).toContain(
    'Failed to resolve the variable #{SourceVariables.Nothing}: '
      + 'the namespace SourceVariables has AuthorDate, BranchName',
  );
});
