import type { Harness } from './harness';
import type { ReleaseStatus } from '../../src/blue-green/release/contract';
import type { OperationResponse, ReleaseRequest } from '../../src/operations/contract';
import { NAMES } from '../../src/private/contract';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';

export const ANNA = `arn:aws:iam::${CICD_ACCOUNT}:role/Anna`;
export const OPERATIONS = `arn:aws:lambda:${REGION}:${CICD_ACCOUNT}:function:${NAMES.operationsFunction}`;

/** Releases of the blue/green environments of a deployed app, as the command line makes them. */
export class Releases {
  public constructor(private readonly harness: Harness) {}

  public async operate(request: ReleaseRequest): Promise<ReleaseStatus> {
    const { failed, payload } = await this.harness.simulation.lambda.invoke(OPERATIONS, request);
    if (failed) throw new Error(payload);
    const { release } = JSON.parse(payload) as OperationResponse<never>;
    if (!release) throw new Error(payload);
    return release;
  }

  public async describe(environmentName: string): Promise<ReleaseStatus> {
    return this.operate({ operation: 'describeRelease', environmentName });
  }

  public async start(environmentName: string): Promise<ReleaseStatus> {
    return this.operate({ operation: 'release', environmentName, reference: 'main', by: ANNA });
  }

  /** Pushes a commit to the parent branch and releases it. Returns when the release has ended. */
  public async release(environmentName: string): Promise<ReleaseStatus> {
    await this.harness.push('main', { 'app.txt': `${this.harness.simulation.clock.now()}` });
    await this.start(environmentName);
    return this.ended(environmentName);
  }

  public async rollback(environmentName: string): Promise<ReleaseStatus> {
    await this.operate({ operation: 'rollback', environmentName, by: ANNA });
    return this.ended(environmentName);
  }

  public async ended(environmentName: string): Promise<ReleaseStatus> {
    for (let count = 0; count < 2000; count++) {
      const status = await this.describe(environmentName);
      if (!status.current) return status;
      await this.harness.simulation.clock.sleep(5);
    }
    throw new Error('the release has not ended');
  }

  /**
   * Deploys the application to an account, as its pipeline does: a stack `shop` with the outputs `Dns` and `Arn`, and a
   * parameter `/shop/dns`.
   */
  public async deployApplication(account: string, dns = `${account}.example.net`): Promise<void> {
    const accountId = this.harness.vended[`shop-${account}`];
    const body = JSON.stringify({
      Resources: {
        Parameter: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/shop/dns', Type: 'String', Value: dns } },
      },
      Outputs: { Dns: { Value: dns }, Arn: { Value: loadBalancerIn(accountId) } },
    });
    const roleArn = `arn:aws:iam::${accountId}:role/cdk-hnb659fds-cfn-exec-role-${accountId}-${REGION}`;
    const { cloudformation } = this.harness.simulation;
    await cloudformation.create({ accountId, region: REGION, name: 'shop', body, roleArn });
    await cloudformation.find(accountId, REGION, 'shop')?.operation;
  }
}

export function loadBalancerIn(accountId: string): string {
  return `arn:aws:elasticloadbalancing:${REGION}:${accountId}:loadbalancer/app/shop/1`;
}
