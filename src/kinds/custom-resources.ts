import { ArnFormat, Aws, Stack } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { Function as LambdaFunction, IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { ENTRY_ENVIRONMENT } from './contract';
import { HandlerFunction } from './handler-function';
import type { Kind, KindContext, RecordAccess } from './kind';
import { allow, describeStacks, recordPermissions } from './permissions';
import { Waiter } from './waiter';
import { HISTORY_ENVIRONMENT, putEvents } from '../history/access';
import { HANDLER_ENVIRONMENT, NAMES } from '../private/contract';
import { RECORDS } from '../registry/contract';

interface CustomResourcesProps extends KindContext {
  readonly kinds: readonly Kind[];
  readonly registry: ITable;
  readonly eventBus: IEventBus;
}

/** The service token and the waiter of all kinds of custom resources, and a function with its role for each kind. */
export class CustomResources extends Construct {
  /** ARN of the entry function. Its name is fixed, because CloudFormation rejects another token for a resource. */
  public readonly serviceToken: string;
  /** The entry function. Its dependencies are created before the first custom resource. */
  public readonly entry: IFunction;
  /** ARN of the state machine that waits until a resource is complete. */
  public readonly waiterArn: string;
  /** The function of each type of resources; a kind may have several types. */
  public readonly functions: { readonly [resourceType: string]: LambdaFunction };

  public constructor(scope: Construct, id: string, props: CustomResourcesProps) {
    super(scope, id);
    const functions = props.kinds.map(kind => this.kindFunction(kind, props));
    const entryArn = entryFunctionArn(this);
    const waiter = new Waiter(this, 'Waiter', { functions: functions.map(kind => kind.function), entryArn });
    this.functions = Object.fromEntries(
      props.kinds.flatMap(({ resourceType, alsoServes = [] }, index) =>
        [resourceType, ...alsoServes].map(type => [type, functions[index].function]),
      ),
    );
    const entry = new HandlerFunction(this, 'Entry', {
      handler: 'entry',
      functionName: NAMES.entryFunction,
      roleName: NAMES.entryFunction,
      description: 'Receives the requests of CloudFormation and responds to them',
      environment: {
        ...handlerEnvironment(props.registry),
        ...HISTORY_ENVIRONMENT,
        [ENTRY_ENVIRONMENT.WAITER_ARN]: waiter.stateMachineArn,
        [ENTRY_ENVIRONMENT.FUNCTIONS]: Stack.of(this).toJsonString(functionArns(this.functions)),
      },
      permissions: [
        ...recordPermissions(props.registry, { put: [RECORDS.request, RECORDS.response, RECORDS.history] }),
        allow('Start', ['states:StartExecution'], [waiter.stateMachineArn]),
        putEvents(props.eventBus),
      ],
    });
    this.waiterArn = waiter.stateMachineArn;
    this.entry = entry.function;
    this.serviceToken = entry.function.functionArn;
  }

  private kindFunction(kind: Kind, props: CustomResourcesProps): HandlerFunction {
    return new HandlerFunction(this, `${kind.name.charAt(0).toUpperCase()}${kind.name.slice(1)}`, {
      handler: kind.name,
      roleName: kind.roleName,
      description: kind.description,
      environment: {
        ...handlerEnvironment(props.registry),
        ...replacedAccount(props),
        ...kind.environment?.(props),
      },
      permissions: [
        ...recordPermissions(props.registry, recordsOf(kind), true),
        describeStacks('DescribeResources', ['cloudformation:DescribeStackResources']),
        ...kind.permissions(props),
      ],
    });
  }
}

/** The records of a kind, and those that all kinds have. */
export function recordsOf({ records: { write = [], put = [], ...records } }: Kind): RecordAccess {
  return { ...records, write: [...write, RECORDS.resource, RECORDS.drift], put: [...put, RECORDS.request] };
}

/** Environment variables of all handlers. */
export function handlerEnvironment(registry: ITable): { readonly [name: string]: string } {
  return {
    [HANDLER_ENVIRONMENT.REGISTRY_TABLE]: registry.tableName,
    [HANDLER_ENVIRONMENT.PARTITION]: Aws.PARTITION,
    [HANDLER_ENVIRONMENT.CICD_ACCOUNT]: Aws.ACCOUNT_ID,
  };
}

function replacedAccount({ replacedCicdAccountId }: KindContext): { readonly [name: string]: string } {
  if (replacedCicdAccountId === undefined) return {};
  return { [HANDLER_ENVIRONMENT.REPLACED_CICD_ACCOUNT]: replacedCicdAccountId };
}

/** ARN of the entry function in the account and region of a stack. */
export function entryFunctionArn(scope: Construct): string {
  return Stack.of(scope).formatArn({
    service: 'lambda',
    resource: 'function',
    resourceName: NAMES.entryFunction,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

/** The ARNs of the functions, by the type of resources. */
export function functionArns(functions: CustomResources['functions']): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(functions).map(([type, { functionArn }]) => [type, functionArn]));
}
