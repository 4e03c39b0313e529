import { mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { CommandLine, queue } from '../command-line';

const FAST = ['--scale', '600'];
const CLASH = { A: queue('same'), B: queue('same') };

let cli: CommandLine;
beforeAll(() => { cli = new CommandLine(); });
afterAll(() => { cli.remove(); });

test('rehearse uses the organization in the policies of the app, and warns of another one', () => {
  const one = cli.assembly('organization', { A: policyFor('o-aaaaaaaaaa') });
  expect(cli.rehearse('--app', one, ...FAST)).toMatchObject({ status: 0, stderr: '' });
  const { status, stderr } = cli.rehearse('--app', one, '--organization-id', 'o-cccccccccc', ...FAST);
  expect(stderr).toContain(
    "warning: --organization-id is 'o-cccccccccc', but the policies of the app allow only 'o-aaaaaaaaaa': "
    + 'they will deny access\n',
  );
  expect(status).toBe(0);
  const several = { A: policyFor('o-aaaaaaaaaa'), B: policyFor('o-bbbbbbbbbb') };
  expect(cli.rehearse('--app', cli.assembly('organizations', several))).toMatchObject({
    status: 2, stderr: expect.stringContaining('name 2 organizations, o-aaaaaaaaaa and o-bbbbbbbbbb: choose one with'),
  });
});

test('a failed rehearsal ends with a hint about the organization in the policies of the app', () => {
  const clash = cli.assembly('organization-clash', { ...CLASH, Policy: policyFor('o-aaaaaaaaaa') });
  const { status, stdout } = cli.rehearse('--app', clash, '--organization-id', 'o-cccccccccc', ...FAST);
  expect(status).toBe(1);
  expect(stdout).toContain("\nhint: the policies of the app allow only the organization 'o-aaaaaaaaaa', ");
  expect(stdout).toMatch(/: use --organization-id o-aaaaaaaaaa, or omit the option\n$/);
  expect(cli.rehearse('--app', clash, ...FAST).stdout).not.toContain('hint: the policies');
});

function policyFor(organizationId: string): unknown {
  const PolicyDocument = { Condition: { StringEquals: { 'aws:PrincipalOrgID': [organizationId] } } };
  return { Type: 'AWS::SQS::QueuePolicy', Properties: { PolicyDocument, Queues: [] } };
}

test('a failed rehearsal prints retained resources, and hints about repositories', () => {
  mkdirSync(path.join(cli.folder, 'source-code'));
  writeFileSync(path.join(cli.folder, 'source-code/README.md'), 'shop');
  const EventPattern = { resources: ['arn:aws:codecommit:eu-west-1:111111111111:shop'] };
  const Rule = { Type: 'AWS::Events::Rule', Properties: { EventPattern } };
  const Kept = { Type: 'AWS::SQS::Queue', DeletionPolicy: 'Retain', Properties: { QueueName: 'kept' } };
  const app = cli.assembly('hints', { ...CLASH, Kept, Rule });
  const { status, stdout } = cli.rehearse('--app', app, '--repository', 'shoo=source-code', ...FAST);
  expect(status).toBe(1);
  expect(stdout).toMatch(/Retained resources:\n {2}AWS::SQS::Queue \S+ of stack Shop in account 111111111111/);
  expect(stdout).toContain("hint: the app does not use the repository 'shoo' of --repository; it uses 'shop'\n");
  expect(stdout).toContain("hint: the app uses the repository 'shop', add it: --repository shop=<path>\n");
});

test('a failed rehearsal ends with a hint about organizational units that are named by id', () => {
  const Properties = { Name: 'Test', ParentId: 'ou-ab12-12345678' };
  const app = cli.assembly('unit', { Unit: { Type: 'AWS::Organizations::OrganizationalUnit', Properties } });
  expect(cli.rehearse('--app', app, ...FAST)).toMatchObject({
    status: 1,
    stdout: expect.stringMatching(
      /doesn't exist[^]*\nhint: simulated roots and organizational units have other ids .*--organizational-unit <path>/,
    ),
  });
});
