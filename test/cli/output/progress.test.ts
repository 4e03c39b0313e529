import { stripVTControlCharacters } from 'node:util';
import { Progress } from '../../../cli/output/progress';

const event = {
  eventId: '1',
  stackId: 'stack',
  stackName: 'Cicd',
  accountId: '222222222222',
  region: 'eu-west-1',
  logicalId: 'Prod',
  at: 0,
};

test.each([
  ['Custom::OrgEnvironmentsAccount', true, 'released, kept in 0s'],
  ['Custom::OrgEnvironmentsAccount', false, 'released in 0s'],
  ['Custom::OrgEnvironmentsBranch', true, 'released, kept in 0s'],
  ['Custom::OrgEnvironmentsPipeline', true, 'deleted in 0s'],
])('the removal of a %s that is kept (%s) is shown as "%s"', (type, isKept, expected) => {
  const lines: string[] = [];
  const progress = new Progress(line => lines.push(stripVTControlCharacters(line)), 0, false, () => isKept);
  progress.event({ ...event, type, status: 'DELETE_COMPLETE' });
  expect(lines).toEqual([`00:00:00  222222222222  Cicd/Prod  ${expected}`]);
});

test('what an update replaces is shown at its start, with what holds data', () => {
  const lines: string[] = [];
  const progress = new Progress(line => lines.push(stripVTControlCharacters(line)), 0, false);
  progress.event({
    ...event,
    logicalId: 'Cicd',
    type: 'AWS::CloudFormation::Stack',
    status: 'UPDATE_IN_PROGRESS',
    replaces: [
      { logicalId: 'Db', path: 'S/Db/Resource', holdsData: true }, { logicalId: 'Fleet', holdsData: false },
      { logicalId: 'Cache', holdsData: true, isUncertain: true },
    ],
  });
  expect(lines).toEqual([
    '00:00:00  222222222222  Cicd  stack updating',
    '00:00:00  222222222222  Cicd  replaces: S/Db (data), Cicd/Fleet',
    '00:00:00  222222222222  Cicd  may replace: Cicd/Cache (data)',
  ]);
});
