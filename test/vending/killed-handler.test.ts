import { reasons, Harness } from './harness';
import type { Cicd } from '../fixtures/app';

function define(cicd: Cicd): void {
  cicd.environment('dev', { account: cicd.account('dev', { organizationalUnit: 'Workloads/Test' }) });
}

describe('handler that is killed during a call of AWS', () => {
  // the calls that create or change a resource
  test.each([
    'organizations:CreateAccount',
    'organizations:MoveAccount',
    'cloudformation:CreateStack',
    'codecommit:CreateBranch',
    'codecommit:CreateCommit',
  ])('a handler that is killed at %s is invoked again and creates nothing twice', async operation => {
    const harness = await Harness.start();
    try {
      const { simulation } = harness;
      const running = new Set<() => void>();
      const unsubscribe = simulation.lambda.onInvoke(({ functionName, kill }) => {
        if (/CustomResources(Account|Branch|Pipeline)/.test(functionName)) running.add(kill);
      });
      let kills = 0;
      simulation.server.onCall = call => {
        if (`${call.service}:${call.operation}` !== operation) return;
        kills++;
        running.forEach(kill => kill());
        unsubscribe();
        simulation.server.onCall = undefined;
      };
      expect(reasons(await harness.deploy(define))).toBe('');
      expect(kills).toBe(1);
      expect(Object.keys(harness.vended)).toEqual(['shop-dev']);
      expect(simulation.organizations.accounts.filter(({ joined }) => joined === 'CREATED')).toHaveLength(1);
      expect(await harness.descriptor('env/dev')).toMatchObject({ name: 'dev', accountId: harness.vended['shop-dev'] });
    } finally {
      await harness.stop();
    }
  });
});
