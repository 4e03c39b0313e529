import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { ACCOUNT, REGION, synthesize } from './vending-app';
import { deployAssembly, destroyAssembly, type DeploymentResult } from '../../../../rehearsal/assembly/deployer';
import { Simulation } from '../../../../rehearsal/simulation';

describe('a Provider of the CDK with isComplete', () => {
  let simulation: Simulation;
  let folder: string;
  let count = 0;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'provider-'));
    simulation = await Simulation.start({ managementAccountId: ACCOUNT, scale: 120 });
  });

  afterAll(async () => {
    await simulation.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function deploy(properties: Record<string, unknown>): Promise<DeploymentResult> {
    return deployAssembly(simulation, synthesize(path.join(folder, String(++count)), properties));
  }
  const stored = (name = '/thing'): unknown => {
    const value = simulation.ssm.value(ACCOUNT, REGION, name);
    return value && JSON.parse(value);
  };

  test('waits until the handler returns IsComplete', async () => {
    const result = await deploy({ name: '/thing', count: 5, on: true });
    expect(result.failures).toEqual([]);
    expect(result.stacks[0]).toMatchObject({ status: 'CREATE_COMPLETE', outputs: { Id: 'parameter-/thing' } });
    expect(JSON.parse(result.stacks[0].outputs.Stored)).toMatchObject({ name: '/thing', count: '5', on: 'true' });
    expect(simulation.calls['states:StartExecution']).toBe(1);
  });

  test('changes nothing when it is redeployed', async () => {
    const result = await deploy({ name: '/thing', count: 5, on: true });
    expect(result).toMatchObject({ succeeded: true, changed: 0, calls: 0 });
  });

  test('rolls back with the old properties when isComplete throws', async () => {
    const result = await deploy({ name: '/thing', count: 6, mode: 'fail' });
    expect(result.succeeded).toBe(false);
    expect(result.stacks[0].status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(result.failures[0].reason).toContain('it went wrong with /thing');
    expect(result.failures[0].logicalId).toBe('Thing');
    expect(stored()).toMatchObject({ count: '5' });
  });

  test('fails if the handler does not complete within the total timeout', async () => {
    const result = await deploy({ name: '/thing', mode: 'never' });
    expect(result.failures[0].reason).toContain('Operation timed out');
    expect(stored()).toMatchObject({ count: '5' });
  });

  test('is deleted with the stack', async () => {
    const result = await destroyAssembly(simulation, path.join(folder, '1'));
    expect(result.stacks[0].status).toBe('DELETE_COMPLETE');
    expect(stored()).toBeUndefined();
  });
});
