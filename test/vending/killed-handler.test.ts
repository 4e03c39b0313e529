import { reasons, World } from './world';
import type { Cicd } from '../fixtures/app';

function define(cicd: Cicd): void {
  cicd.environment('dev', { account: cicd.account('dev', { organizationalUnit: 'Workloads/Test' }) });
}

describe('when the handler is killed at a call of AWS', () => {
  // the calls after which something is there that was not before
  test.each([
    'organizations:CreateAccount', 'organizations:MoveAccount', 'cloudformation:CreateStack', 'codecommit:CreateBranch', 'codecommit:CreateCommit',
  ])('%s, it is invoked again and makes nothing twice', async operation => {
    const world = await World.start();
    try {
      const { simulation } = world;
      const running = new Set<() => void>();
      const forget = simulation.lambda.onInvoke(({ functionName, kill }) => { if (/CustomResources(Account|Branch|Pipeline)/.test(functionName)) running.add(kill); });
      let kills = 0;
      simulation.server.onCall = call => {
        if (`${call.service}:${call.operation}` !== operation) return;
        kills++;
        running.forEach(kill => kill());
        forget();
        simulation.server.onCall = undefined;
      };
      expect(reasons(await world.deploy(define))).toBe('');
      expect(kills).toBe(1);
      expect(Object.keys(world.vended)).toEqual(['shop-dev']);
      expect(simulation.organizations.accounts.filter(({ joined }) => joined === 'CREATED')).toHaveLength(1);
      expect(await world.descriptor('env/dev')).toMatchObject({ name: 'dev', accountId: world.vended['shop-dev'] });
    } finally {
      await world.stop();
    }
  });
});
