import { Duration } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Policy } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { POOL_ENVIRONMENT, POOL_MAINTENANCE } from './contract';
import { ACCOUNT_KIND } from '../account/kind';
import { CleanMachine } from '../clean/clean-machine';
import { HISTORY_ENVIRONMENT, putEvents } from '../history/access';
import { recordsOf } from '../kinds/custom-resources';
import { acknowledgePermissions, allow, recordPermissions } from '../kinds/permissions';
import { internalsOf } from '../organization/internals';
import type { IOrganization } from '../organization/organization-interface';
import { fail } from '../private/validate';
import { LISTED, RECORDS } from '../registry/contract';

const ID = 'AccountPools';

/**
 * What an organization with account pools has in addition: the state machine that cleans accounts, the permissions of
 * the account function for leases, and the rule that invokes it to create accounts ahead, to start cleans, and to move
 * accounts.
 */
export class PoolMaintenance extends Construct {
  /** Returns the maintenance of all pools of an organization. */
  public static of(scope: Construct, organization: IOrganization): PoolMaintenance {
    const existing = organization.node.tryFindChild(ID);
    return existing instanceof PoolMaintenance ? existing : new PoolMaintenance(scope, organization);
  }

  private readonly machine: CleanMachine;

  private constructor(scope: Construct, organization: IOrganization) {
    const { accountFunction } = internalsOf(scope, organization);
    if (!accountFunction) {
      fail(scope, 'the organization is imported, but only the app that defines it can clean accounts: define the '
        + 'AccountPool in that app, and lease from it here with AccountPool.fromAccountPoolName()');
    }
    super(organization, ID);
    const { registry, eventBus } = organization;
    this.machine = new CleanMachine(this, 'Clean', { organization });
    // with the records of the function, because a transaction needs one statement for all that it writes
    const { write = [], put = [] } = recordsOf(ACCOUNT_KIND);
    const permissions = [
      ...recordPermissions(registry, {
        write: [...write, RECORDS.pool, RECORDS.poolClaim],
        put: [...put, RECORDS.lease, RECORDS.history],
        list: [LISTED.pool, LISTED.lease],
      }),
      allow('StartCleans', ['states:StartExecution'], [this.machine.stateMachineArn]),
      putEvents(eventBus),
    ];
    const policy = new Policy(this, 'AccountFunction', { statements: permissions.map(({ statement }) => statement) });
    acknowledgePermissions(policy, permissions);
    accountFunction.role?.attachInlinePolicy(policy);
    const environment = {
      ...HISTORY_ENVIRONMENT, [POOL_ENVIRONMENT.CLEAN_MACHINE_ARN]: this.machine.stateMachineArn,
    };
    for (const [name, value] of Object.entries(environment)) accountFunction.addEnvironment(name, value);
    new Rule(this, 'Maintenance', {
      description: 'Creates the accounts of pools ahead, starts their cleans, and moves them',
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaFunction(accountFunction, { event: RuleTargetInput.fromObject(POOL_MAINTENANCE) })],
    });
  }

  /** Allows the state machine to invoke functions that clean further types. */
  public addCleaners(functionArns: readonly string[]): void {
    this.machine.addCleaners(functionArns);
  }
}
