import { Aws, Duration, Stack } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { handlerEnvironment } from '../kinds/custom-resources';
import { HandlerFunction } from '../kinds/handler-function';
import { allow, assumeMemberRoles, recordPermissions } from '../kinds/permissions';
import type { IOrganization } from '../organization/organization-interface';
import { acknowledge } from '../private/acknowledge';
import { NAMES } from '../private/contract';
import { RECORDS } from '../registry/contract';

interface CleanMachineProps {
  readonly organization: IOrganization;
  /** ARNs of functions of the user that list and delete further types. @default - none */
  readonly cleanerFunctionArns?: readonly string[];
}

/** The state machine that cleans the accounts of an organization, and its function. There is one in an organization. */
export class CleanMachine extends Construct {
  public readonly stateMachineArn: string;
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
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('states.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
      inlinePolicies: {
        Rights: new PolicyDocument({
          statements: [new PolicyStatement({
            sid: 'Invoke', actions: ['lambda:InvokeFunction'], resources: [clean.function.functionArn],
          })],
        }),
      },
    });
    const machine = new CfnStateMachine(this, 'Resource', {
      stateMachineName: NAMES.cleanMachine,
      roleArn: role.roleArn,
      definitionString: Stack.of(this).toJsonString(definition(clean.function.functionArn)),
    });
    acknowledge(machine, {
      SF1: 'the function logs each step, and the registry keeps the plans; the machine has nothing to add',
      SF2: 'the machine calls one function at a time: a trace would show nothing else',
    });
    this.stateMachineArn = machine.attrArn;
  }

  /** Allows the function to invoke further functions of the user. */
  public addCleaners(functionArns: readonly string[]): void {
    if (functionArns.length === 0) return;
    const { statement } = allow('MoreCleaners', ['lambda:InvokeFunction'], [...functionArns]);
    this.role.addToPrincipalPolicy(statement);
  }
}

/** Longer than the timeout of the function. */
const TASK_SECONDS = 330;

/** https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html */
function definition(functionArn: string): object {
  return {
    Comment: 'Cleans accounts whose leases have ended (cdk-org-environments)',
    StartAt: 'Step',
    States: {
      'Step': {
        Type: 'Task',
        Resource: `arn:${Aws.PARTITION}:states:::lambda:invoke`,
        Parameters: { 'FunctionName': functionArn, 'Payload.$': '$$.Execution.Input' },
        ResultSelector: { 'outcome.$': '$.Payload' },
        TimeoutSeconds: TASK_SECONDS,
        // a step can be repeated after a crash
        Retry: [{
          ErrorEquals: ['States.ALL'],
          IntervalSeconds: 5,
          BackoffRate: 2,
          MaxDelaySeconds: 300,
          MaxAttempts: 100,
          JitterStrategy: 'FULL',
        }],
        Next: 'Ended?',
      },
      'Ended?': {
        Type: 'Choice',
        Choices: [{ Variable: '$.outcome.state', StringEquals: 'waiting', Next: 'Wait' }],
        Default: 'Ended',
      },
      'Wait': { Type: 'Wait', SecondsPath: '$.outcome.seconds', Next: 'Step' },
      'Ended': { Type: 'Succeed' },
    },
  };
}
