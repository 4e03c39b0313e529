import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { handlerEnvironment } from '../kinds/custom-resources';
import { HandlerFunction } from '../kinds/handler-function';
import { recordPermissions } from '../kinds/permissions';
import { internalsOf } from '../organization/internals';
import type { IOrganization } from '../organization/organization-interface';
import { NAMES } from '../private/contract';
import { steppingMachine } from '../private/stepping-machine';
import { UniqueClaims } from '../private/unique-claims';
import { RECORDS } from '../registry/contract';
import { credentialsPermissions } from '../sources/credentials';
import { repositoryPermissions, workBranchPermissions } from '../sources/repository-permissions';

/** Properties of `Backports`. */
export interface BackportsProps {
  /** The organization whose branches are ported back. */
  readonly organization: IOrganization;
}

/**
 * Ports commits of an environment's branch back to the lowest branch that other environments share, from where these
 * take them over: `org-environments backport <commits...> --from <branch>` and `org-environments absorb <branch>`.
 *
 * It is a state machine and a function in the CICD account. A CICD account has at most one.
 *
 * @example
 * new Backports(this, 'Backports', { organization });
 */
export class Backports extends Construct {
  /** ARN of the state machine. Its executions have the ids of the backports as names. */
  public readonly stateMachineArn: string;

  public constructor(scope: Construct, id: string, props: BackportsProps) {
    super(scope, id);
    const { organization } = props;
    UniqueClaims.of(this).claim(this, 'backports of the organization', organization.node.path,
      'an organization can have only one Backports');
    const { repositoryNames = ['*'], repositoryCredentials = [] } = internalsOf(this, organization);
    const backport = new HandlerFunction(this, 'Backport', {
      handler: 'backport',
      roleName: NAMES.backportFunctionRole,
      description: 'Takes the backport of commits one step further',
      environment: handlerEnvironment(organization.registry),
      timeout: Duration.minutes(5),
      permissions: [
        ...recordPermissions(organization.registry, { put: [RECORDS.backport] }),
        repositoryPermissions(repositoryNames, 'backport'),
        workBranchPermissions(repositoryNames),
        ...credentialsPermissions(repositoryCredentials),
      ],
    });
    this.stateMachineArn = steppingMachine(this, {
      stateMachineName: NAMES.backportMachine,
      description: 'Ports commits back and brings them to other branches',
      functionArn: backport.function.functionArn,
      failure: BACKPORT_FAILED,
      retry: { attempts: 100, maxDelaySeconds: 300 },
    }).attrArn;
  }
}

/** Error of the execution of a backport that has a conflict, or has failed. */
const BACKPORT_FAILED = 'BackportFailed';
