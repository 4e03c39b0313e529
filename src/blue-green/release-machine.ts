import { Aws, Duration, Names, Stack } from 'aws-cdk-lib';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { HISTORY_ENVIRONMENT, putEvents } from '../history/access';
import { handlerEnvironment } from '../kinds/custom-resources';
import { HandlerFunction } from '../kinds/handler-function';
import { allow, assumeMemberRoles, recordPermissions } from '../kinds/permissions';
import { internalsOf } from '../organization/internals';
import type { IOrganization } from '../organization/organization-interface';
import { acknowledgeWildcards } from '../private/acknowledge';
import { NAMES, RELEASE_FAILED } from '../private/contract';
import { steppingMachine } from '../private/stepping-machine';
import { RECORDS } from '../registry/contract';
import { credentialsPermissions } from '../sources/credentials';
import { repositoryPermissions } from '../sources/repository-permissions';

const ID = 'OrgEnvironmentsReleases';

/**
 * The state machine that makes the releases of all blue/green environments of a stack, and its function. It does not
 * grow with their number.
 */
export class ReleaseMachine extends Construct {
  /** Returns the machine of the stack of a construct. */
  public static of(scope: Construct, organization: IOrganization): ReleaseMachine {
    const stack = Stack.of(scope);
    const existing = stack.node.tryFindChild(ID);
    return existing instanceof ReleaseMachine ? existing : new ReleaseMachine(stack, organization);
  }

  public readonly stateMachineArn: string;
  /** ARN of the function: the check of an environment also asks it. */
  public readonly functionArn: string;
  /** ARN of the role of the function: the roles of environments trust it. */
  public readonly functionRoleArn: string;

  private readonly release: HandlerFunction;
  private readonly secrets: ISecret[] = [];

  private constructor(stack: Stack, organization: IOrganization) {
    super(stack, ID);
    const suffix = Names.uniqueResourceName(this, { maxLength: 30, separator: '-' });
    const name = `${NAMES.releaseMachine}${suffix}`;
    const { repositoryNames = ['*'] } = internalsOf(this, organization);
    this.release = new HandlerFunction(this, 'Release', {
      handler: 'release',
      roleName: `${NAMES.releaseFunctionRole}${suffix}`,
      description: 'Takes the releases of blue/green environments one step further',
      environment: { ...handlerEnvironment(organization.registry), ...HISTORY_ENVIRONMENT },
      // a hook, a health check or a function for the traffic may take a minute each
      timeout: Duration.minutes(5),
      permissions: [
        ...recordPermissions(organization.registry, {
          write: [RECORDS.release, RECORDS.environment],
          put: [RECORDS.history],
          read: [RECORDS.blueGreen, RECORDS.halt],
        }, true),
        putEvents(organization.eventBus),
        repositoryPermissions(repositoryNames, 'release'),
        assumeMemberRoles(organization.organizationId, [NAMES.operateRole, NAMES.releaseRole]),
        // the next release, when one waits for the end of another
        allow(
          'StartRelease', ['states:StartExecution'],
          [`arn:${Aws.PARTITION}:states:${Aws.REGION}:${Aws.ACCOUNT_ID}:stateMachine:${name}`],
        ),
        allow(
          'AssumeEnvironmentRoles', ['sts:AssumeRole'],
          [`arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role${NAMES.environmentRolePath}*`],
          'the roles of the environments, which trust this role only',
        ),
      ],
    });
    const { release } = this;
    this.functionRoleArn = release.role.roleArn;
    this.functionArn = release.function.functionArn;
    // not in the policy of that role: the names of these functions are not known to the stack of the organization
    new CfnPermission(this, 'CheckTraffic', {
      action: 'lambda:InvokeFunction',
      functionName: this.functionArn,
      principal: `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/${NAMES.pipelineProviderRole}`,
    });
    const machine = steppingMachine(this, {
      stateMachineName: name,
      description: 'Makes the releases of blue/green environments',
      functionArn: release.function.functionArn,
      failure: RELEASE_FAILED,
      // without the function, the traffic would stay where it is
      retry: { attempts: 60, maxDelaySeconds: 60 },
    });
    this.stateMachineArn = machine.attrArn;
  }

  /** Lets releases merge commits in the repositories of a host outside of AWS. */
  public allowCredentials(secret: ISecret): void {
    if (this.secrets.some(({ secretArn }) => secretArn === secret.secretArn)) return;
    this.secrets.push(secret);
    for (const { statement, whyWildcard = '' } of credentialsPermissions([secret])) {
      this.release.role.addToPrincipalPolicy(statement);
      acknowledgeWildcards(this.release.role, [statement], { [statement.sid ?? '']: whyWildcard });
    }
  }
}
