import { Duration, Lazy } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { handlerEnvironment } from '../kinds/custom-resources';
import { HandlerFunction } from '../kinds/handler-function';
import { allow, assumeMemberRoles, recordPermissions } from '../kinds/permissions';
import type { IOrganization } from '../organization/organization-interface';
import { NAMES } from '../private/contract';
import { steppingMachine } from '../private/stepping-machine';
import { RECORDS } from '../registry/contract';

interface CleanMachineProps {
  readonly organization: IOrganization;
  /** ARNs of functions of the user that list and delete further types. @default - none */
  readonly cleanerFunctionArns?: readonly string[];
}

/** The state machine that cleans the accounts of an organization, and its function. There is one in an organization. */
export class CleanMachine extends Construct {
  public readonly stateMachineArn: string;
  private readonly cleaners: string[] = [];
  private readonly role: Role;

  public constructor(scope: Construct, id: string, props: CleanMachineProps) {
    super(scope, id);
    const { organization: { registry, organizationId }, cleanerFunctionArns = [] } = props;
    const clean = new HandlerFunction(this, 'Clean', {
      handler: 'clean',
      roleName: NAMES.cleanFunctionRole,
      description: 'Takes the cleaning of an account one step further',
      environment: handlerEnvironment(registry),
      timeout: Duration.minutes(5),
      permissions: [
        ...recordPermissions(registry, { put: [RECORDS.clean, RECORDS.cleanDocument, RECORDS.lease] }),
        assumeMemberRoles(organizationId, [`${NAMES.cleanRole}-*`]),
        ...cleanerFunctionArns.length > 0
          ? [allow('Cleaners', ['lambda:InvokeFunction'], [...cleanerFunctionArns])]
          : [],
      ],
    });
    this.role = clean.role;
    const machine = steppingMachine(this, {
      stateMachineName: NAMES.cleanMachine,
      description: 'Cleans accounts whose leases have ended',
      functionArn: clean.function.functionArn,
      retry: { attempts: 100, maxDelaySeconds: 300 },
    });
    this.stateMachineArn = machine.attrArn;
  }

  /** Allows the function to invoke further functions of the user. */
  public addCleaners(functionArns: readonly string[]): void {
    if (functionArns.length === 0) return;
    const isFirst = this.cleaners.length === 0;
    this.cleaners.push(...functionArns);
    // the ids of statements must be unique, so all pools share one
    const resources = Lazy.list({ produce: () => [...new Set(this.cleaners)] });
    if (isFirst) this.role.addToPrincipalPolicy(allow('MoreCleaners', ['lambda:InvokeFunction'], resources).statement);
  }
}
