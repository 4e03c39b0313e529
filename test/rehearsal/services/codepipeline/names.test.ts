import { MEMBER, World } from '../world';

let world: World;

beforeAll(async () => {
  world = await World.start();
  world.serviceRole(MEMBER, 'pipeline', 'codepipeline.amazonaws.com');
});
afterAll(async () => { await world.stop(); });

interface Names {
  readonly stage?: string;
  readonly action?: string;
  readonly namespace?: string;
  readonly artifact?: string;
}

const pipeline = ({ stage = 'Source', action = 'Source', namespace = 'main', artifact = 'Code' }: Names): object => {
  const declared = (Name: string, Category: string, Provider: string): object =>
    ({ Name, ActionTypeId: { Category, Owner: 'AWS', Provider, Version: '1' } });
  return {
    RoleArn: `arn:aws:iam::${MEMBER}:role/pipeline`,
    Stages: [
      {
        Name: stage,
        Actions: [{
          ...declared(action, 'Source', 'CodeCommit'), Namespace: namespace, OutputArtifacts: [{ Name: artifact }],
        }],
      },
      { Name: 'Build', Actions: [declared('Build', 'Build', 'CodeBuild')] },
    ],
  };
};

const FIRST = 'pipeline.stages.1.member';
const LONG = 'x'.repeat(101);

test.each<[names: Names, value: string, path: string, constraint: string]>([
  [{ namespace: 'main-shop.example.com' }, 'main-shop.example.com', `${FIRST}.actions.1.member.namespace`,
    'satisfy regular expression pattern: [A-Za-z0-9@\\-_]+'],
  [{ stage: 'Source code' }, 'Source code', `${FIRST}.name`, 'satisfy regular expression pattern: [A-Za-z0-9.@\\-_]+'],
  [{ action: 'shop/main' }, 'shop/main', `${FIRST}.actions.1.member.name`,
    'satisfy regular expression pattern: [A-Za-z0-9.@\\-_]+'],
  [{ artifact: 'Code.zip' }, 'Code.zip', `${FIRST}.actions.1.member.outputArtifacts.1.member.name`,
    'satisfy regular expression pattern: [a-zA-Z0-9_\\-]+'],
  [{ stage: LONG }, LONG, `${FIRST}.name`, 'have length less than or equal to 100'],
])('a pipeline with %j is rejected', async (names, value, path, constraint) => {
  const type = world.type('AWS::CodePipeline::Pipeline');
  await expect(type.create({ ...pipeline(names) }, world.context(MEMBER))).rejects.toMatchObject({
    code: 'ValidationException',
    message: `1 validation error detected: Value '${value}' at '${path}' failed to satisfy constraint: `
      + `Member must ${constraint}`,
  });
});

test('a pipeline may have dots in the names of stages and actions', async () => {
  const type = world.type('AWS::CodePipeline::Pipeline');
  const names = pipeline({ stage: 'Source.main', action: 'shop@main', namespace: 'main_1', artifact: 'Code-1' });
  await expect(type.create({ ...names }, world.context(MEMBER))).resolves.toMatchObject({ id: expect.any(String) });
});
