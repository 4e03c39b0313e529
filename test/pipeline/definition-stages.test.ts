import { projectOf, stagesOf, templateOf } from './templates';
import { ExecutionMode, PipelineDefinition } from '../../src';

describe('the definition of a pipeline that mutates itself', () => {
  test('deploys its stack as long as there is no pipeline in it, and leaves it alone from then on', () => {
    const template = templateOf(PipelineDefinition.selfMutating({ stackName: 'Pipeline' }));
    expect(stagesOf(template).map(({ Name }) => Name)).toEqual(['Source', 'Synth', undefined, 'Deploy']);
    expect(projectOf(template, 'deploy').buildSpec.phases.build.commands).toEqual([
      expect.stringContaining("diff 'Pipeline' --app cdk.out --exclusively --method template"),
      'if grep -qF "[+] AWS::CodePipeline::Pipeline" diff.txt; then npx --yes aws-cdk@2.1148.1 deploy \'Pipeline\' '
        + '--app cdk.out --require-approval never --progress events; '
      + "else echo 'the pipeline of the stack Pipeline exists and updates itself'; fi",
    ]);
  });
});


describe('a definition with a stage more', () => {
  const loadTest = {
    name: 'LoadTest', steps: [{ name: 'LoadTest', description: 'Tests under load', commands: ['npm run load-test'] }],
  };
  const namesOf = (definition: PipelineDefinition) => definition.plan().stages.map(({ name }) => name);

  test.each([
    [undefined, ['Synth', 'Check', 'Deploy', 'LoadTest']],
    [{ before: 'Deploy' }, ['Synth', 'Check', 'LoadTest', 'Deploy']],
    [{ before: 'Synth' }, ['LoadTest', 'Synth', 'Check', 'Deploy']],
    [{ after: 'Synth' }, ['Synth', 'LoadTest', 'Check', 'Deploy']],
    [{ after: 'Deploy' }, ['Synth', 'Check', 'Deploy', 'LoadTest']],
  ])('places it by %j', (placement, names) => {
    expect(namesOf(PipelineDefinition.cdk().withStage(loadTest, placement))).toEqual(names);
  });

  test('keeps the options of the definition, and leaves the definition as it is', () => {
    const definition = PipelineDefinition.cdk({ executionMode: ExecutionMode.QUEUED, buildImage: 'example/image' });
    const { executionMode, builds } = definition.withStage(loadTest).plan();
    expect({ executionMode, builds }).toMatchObject({
      executionMode: ExecutionMode.QUEUED, builds: { buildImage: 'example/image' },
    });
    expect(namesOf(definition)).toEqual(['Synth', 'Check', 'Deploy']);
  });

  test('is deployed with its build project', () => {
    const template = templateOf(PipelineDefinition.tofu().withStage(loadTest));
    expect(projectOf(template, 'loadtest').buildSpec).toMatchObject({
      phases: { build: { commands: ['npm run load-test'] } },
    });
  });

  test.each([
    [
      { before: 'Deploi' },
      "the stage 'LoadTest' cannot be placed before 'Deploi', which is not a stage of the definition: "
        + 'use one of Synth, Check, Deploy',
    ],
    [
      { after: 'Verify' },
      "the stage 'LoadTest' cannot be placed after 'Verify', which is not a stage of the definition: "
        + 'use one of Synth, Check, Deploy',
    ],
    [
      { before: 'Deploy', after: 'Synth' },
      "the stage 'LoadTest' is placed before 'Deploy' and after 'Synth': set only one of them",
    ],
  ])('is rejected when it is placed by %j', (placement, message) => {
    expect(() => PipelineDefinition.cdk().withStage(loadTest, placement)).toThrow(message);
  });
});
