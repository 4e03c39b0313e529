import { ACCOUNT, REGION, VirtualWorld } from '../virtual-world';

const DAY = 24 * 3600;

interface Day {
  readonly Groups: readonly {
    readonly Keys: readonly string[];
    readonly Metrics: { readonly UnblendedCost: { readonly Amount: string } };
  }[];
}

test('a service costs something from the creation of a resource to its deletion, known after each day', async () => {
  const world = await VirtualWorld.start();
  try {
    const costs = async (Start: string, End: string): Promise<unknown> => {
      const answer = await world.call({
        service: 'ce',
        operation: 'GetCostAndUsage',
        input: {
          TimePeriod: { Start, End },
          Granularity: 'DAILY',
          Metrics: ['UnblendedCost'],
          GroupBy: [{ Type: 'DIMENSION', Key: 'SERVICE' }],
          Filter: { Dimensions: { Key: 'LINKED_ACCOUNT', Values: [ACCOUNT] } },
        },
      });
      const days = answer.ResultsByTime as Day[];
      return days.map(({ Groups }) => Groups.map(({ Keys: [name], Metrics: { UnblendedCost: { Amount } } }) =>
        [name, Math.round(100 * Number(Amount)) / 100]));
    };
    await world.pass(DAY / 2);
    await world.deploy('app', { A: { Type: 'AWS::RDS::DBInstance', Properties: { DBInstanceIdentifier: 'db' } } });
    expect(await costs('2026-01-01', '2026-01-02')).toEqual([[]]);
    await world.pass(DAY);
    await world.simulation.cloudformation.remove(ACCOUNT, REGION, 'app');
    await world.pass(2 * DAY);
    const service = 'Amazon Relational Database Service';
    expect(await costs('2026-01-01', '2026-01-04')).toEqual([[[service, 1]], [[service, 1]], []]);
    await expect(costs('2026-01-02', '2026-01-02')).rejects.toMatchObject({ name: 'ValidationException' });
  } finally {
    await world.stop();
  }
});
