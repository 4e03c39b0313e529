import { ExecutionAlreadyExists, SFNClient } from '@aws-sdk/client-sfn';
import { AwsBackportMachine } from '../../lambda/operations/backports/machine';

/** Step Functions with executions that have ended. */
function machineWith(ended: readonly string[]) {
  const client = new SFNClient({ region: 'eu-central-1' });
  const names: string[] = [];
  jest.spyOn(client, 'send').mockImplementation(({ input }: { readonly input: object }) => {
    const name = 'name' in input ? String(input.name) : '';
    names.push(name);
    if (ended.includes(name)) throw new ExecutionAlreadyExists({ $metadata: {}, message: 'exists' });
  });
  const place = { partition: 'aws', region: 'eu-central-1', accountId: '222222222222' };
  return { machine: new AwsBackportMachine(place, client), names };
}

test('a backport is started once with its id as the name', async () => {
  const { machine, names } = machineWith(['b']);
  await machine.start('b');
  expect(names).toEqual(['b']);
});

test('a backport is restarted with the first name that has no ended execution', async () => {
  const { machine, names } = machineWith(['b', 'b-2']);
  await machine.restart('b');
  expect(names).toEqual(['b', 'b-2', 'b-3']);
});

test('a backport is not restarted without end', async () => {
  const ended = ['b', ...Array.from({ length: 30 }, (_, index) => `b-${index + 2}`)];
  await expect(machineWith(ended).machine.restart('b')).rejects.toThrow(
    "backport 'b' was restarted too often: start another one",
  );
});
