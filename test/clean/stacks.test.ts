import { AwsStacks } from '../../lambda/clean/aws/stacks';
import { Simulation } from '../../rehearsal/simulation';

const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';
const EXPORTING = {
  Resources: {
    Queue: { Type: 'AWS::SQS::Queue' },
    Kept: { Type: 'AWS::SQS::Queue', DeletionPolicy: 'Retain' },
  },
  Outputs: { Arn: { Value: { 'Fn::GetAtt': ['Queue', 'Arn'] }, Export: { Name: 'queue-arn' } } },
};
const IMPORTING = {
  Resources: {
    Topic: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: { 'Fn::ImportValue': 'queue-arn' } } },
  },
};

let simulation: Simulation;
let stacks: AwsStacks;
const { AWS_ENDPOINT_URL: before } = process.env;

beforeAll(async () => {
  simulation = await Simulation.start({ managementAccountId: ACCOUNT, scale: 6000 });
  process.env.AWS_ENDPOINT_URL = simulation.server.endpoint;
  const credentials = simulation.iam.issue({ accountId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:root` });
  stacks = new AwsStacks(async () => credentials, () => 'arn:aws:iam::111122223333:role/none');
});
afterAll(async () => {
  if (before === undefined) delete process.env.AWS_ENDPOINT_URL;
  else process.env.AWS_ENDPOINT_URL = before;
  await simulation.stop();
});

test('stacks are listed, unprotected and deleted, and what they retain is known afterwards', async () => {
  const request = { accountId: ACCOUNT, region: REGION, tags: { keep: 'yes' } };
  const startedAt = simulation.clock.now();
  const { cloudformation } = simulation;
  const body = JSON.stringify(EXPORTING);
  await cloudformation.create({ ...request, name: 'data', body, terminationProtection: true });
  await cloudformation.create({ ...request, name: 'app', body: JSON.stringify(IMPORTING) });
  const [data, app] = [...await stacks.list(REGION)].sort((a, b) => (a.stackName < b.stackName ? 1 : -1));
  expect(data).toMatchObject({ stackName: 'data', isProtected: true, tags: { keep: 'yes' } });
  expect(data?.status).toBe('CREATE_COMPLETE');
  expect(app).toMatchObject({ stackName: 'app', isProtected: false });
  if (!data || !app) return;
  expect((await stacks.importers(REGION)).get('data')).toEqual(['app']);
  await stacks.delete(app, 'token-1');
  await cloudformation.find(ACCOUNT, REGION, app.stackId)?.operation;
  expect((await stacks.importers(REGION)).get('data')).toEqual([]);
  await stacks.unprotect(data);
  await stacks.delete(data, 'token-2');
  await stacks.delete(data, 'token-2');
  await cloudformation.find(ACCOUNT, REGION, data.stackId)?.operation;
  expect(await stacks.list(REGION)).toEqual([]);
  expect((await stacks.deleted(REGION, startedAt - 1000)).map(({ stackName }) => stackName).sort())
    .toEqual(['app', 'data']);
  expect((await stacks.resources(data)).map(({ type, status }) => `${type} ${status}`).sort())
    .toEqual(['AWS::SQS::Queue DELETE_COMPLETE', 'AWS::SQS::Queue DELETE_SKIPPED']);
});
