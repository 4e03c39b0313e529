import { fakeOperations } from './operations';
import { addresses } from '../../../cli/commands/addresses';
import type { AddressSpaceOutcome, OperationRequest } from '../../../src/operations/contract';

const SPACE: AddressSpaceOutcome = {
  spaceName: 'customers',
  spaceId: 'arn:aws:dynamodb:eu-west-1:111111111111:table/t',
  stackName: 'Customer',
  cidr: '10.0.0.0/20',
  ranges: [
    {
      cidr: '10.0.0.0/22',
      state: 'in use',
      name: 'Customer/Network',
      region: 'eu-west-1',
      stackName: 'Customer',
      since: '2026-01-01T10:00:00.000Z',
    },
    { cidr: '10.0.4.0/23', state: 'seen', name: '333333333333/eu-west-1/vpcs' },
    { cidr: '10.0.12.0/22', state: 'reserved', name: 'office' },
  ],
  free: ['10.0.6.0/23', '10.0.8.0/22'],
};

function fakeWith(spaces: readonly AddressSpaceOutcome[]) {
  const fake = fakeOperations([]);
  const invoke = async <Outcome>(request: OperationRequest) => {
    fake.requests.push(request);
    return { pipelines: [] as Outcome[], spaces };
  };
  return { ...fake, operations: { ...fake.operations, invoke } };
}

test('addresses shows what, whose and since when, and draws what is free', async () => {
  const { operations, write, lines, requests } = fakeWith([SPACE]);
  expect(await addresses({}, operations, write)).toBe(true);
  expect(requests).toEqual([{ operation: 'addresses' }]);
  expect(lines).toEqual([
    'customers 10.0.0.0/20 (stack Customer)',
    'range         state     what                         region     stack     since (UTC)',
    '10.0.0.0/22   in use    Customer/Network             eu-west-1  Customer  2026-01-01 10:00',
    '10.0.4.0/23   seen      333333333333/eu-west-1/vpcs  -          -         -',
    '10.0.12.0/22  reserved  office                       -          -         -',
    '',
    `[${'█'.repeat(16)}${'░'.repeat(8)}${'·'.repeat(24)}${'▒'.repeat(16)}]`,
    '█ in use   ▒ reserved   ░ seen   · free   one sign: 64 addresses',
    'free: 1,536 addresses: 1 × /22, 1 × /23',
  ]);
});

test('addresses prints JSON for scripts', async () => {
  const { operations, write, lines } = fakeWith([SPACE]);
  expect(await addresses({ json: true }, operations, write)).toBe(true);
  expect(JSON.parse(lines.join('\n'))).toEqual({ spaces: [SPACE] });
});

test('addresses ends with an error if a space could not be read, and shows the others', async () => {
  const { spaceName, spaceId, stackName } = SPACE;
  const { operations, write, lines } = fakeWith([
    { spaceName, spaceId, stackName, ranges: [], problem: 'AccessDeniedException: not authorized' },
    { spaceName: 'ipam', spaceId: 'ipam-pool-1', stackName, ranges: [] },
  ]);
  expect(await addresses({}, operations, write)).toBe(false);
  expect(lines).toEqual([
    `customers ${spaceId} (stack Customer)`,
    '! it could not be read: AccessDeniedException: not authorized',
    '',
    'ipam ipam-pool-1 (stack Customer)',
    'no ranges',
  ]);
});

test('addresses says that there are none', async () => {
  const { operations, write, lines } = fakeWith([]);
  expect(await addresses({}, operations, write)).toBe(true);
  expect(lines).toEqual(['no address spaces']);
});
