import { reasons, Harness } from './harness';
import { AwsError } from '../../rehearsal/core/service';
import type { Transport } from '../../rehearsal/core/service';
import type { Cicd } from '../fixtures/app';

const NINE_MINUTES = 9 * 60_000;

function define(cicd: Cicd): void {
  cicd.environment('dev', { account: cicd.account('dev') });
}

describe('CloudFormation of a member account that answers every call with an internal error', () => {
  let harness: Harness;
  const calls: number[] = [];
  let isAvailable = false;

  const transport: Transport = async ({ service, operation }, send) => {
    if (isAvailable || service !== 'cloudformation' || !/^(DescribeStacks|CreateStack)$/.test(operation)) return send();
    calls.push(harness.simulation.clock.now());
    throw new AwsError('InternalFailure', 'the service failed', 500);
  };

  beforeAll(async () => {
    harness = await Harness.start({ virtual: { direct: true, transport } });
  });
  afterAll(() => harness.stop());

  test('is asked less and less often, and fails the deployment with its error', async () => {
    const result = await harness.deploy(define);
    expect(reasons(result)).toContain(
      "account 'shop-dev' (aws+shop-dev@example.com) is not ready after 40 minutes: AWS is not available; "
        + 'the last error was InternalFailure: the service failed; deploy again to continue',
    );
    const early = calls.filter(at => at - calls[0] < NINE_MINUTES);
    expect(early.length).toBeGreaterThan(0);
    // twelve steps; the SDK makes up to six calls in each
    expect(early.length).toBeLessThanOrEqual(80);
  });

  test('does not prevent the next deployment when it is available again', async () => {
    isAvailable = true;
    expect(reasons(await harness.deploy(define))).toBe('');
    expect(Object.keys(harness.vended)).toEqual(['shop-dev']);
  });
});
