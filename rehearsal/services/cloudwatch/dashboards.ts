import * as v from 'valibot';
import { Identifiers } from '../../core/identifiers';
import { everywhere, on, partitionOf, textOf } from '../../core/permissions';
import { isRecord } from '../../core/protocol/json';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Call, Operation, Permissions, Provisioned, ResourceContext, ResourceType } from '../../core/service';

const Properties = v.object({ DashboardName: v.optional(v.string()), DashboardBody: v.string() });
const Input = v.object({ DashboardName: v.string(), DashboardBody: v.string() });

const arnOf = (call: Call): string =>
  `arn:${partitionOf(call)}:cloudwatch::${call.caller.accountId}:dashboard/${textOf(call, 'DashboardName')}`;

export const dashboardPermissions: Record<string, Permissions> = {
  ...on(['GetDashboard', 'PutDashboard'], arnOf),
  ...everywhere(['DeleteDashboards', 'ListDashboards']),
};

/** Dashboards, whose names are unique in an account. */
export class Dashboards {
  public readonly operations: Record<string, Operation> = {
    GetDashboard: async call => {
      const name = textOf(call, 'DashboardName');
      const body = this.bodies.get(keyOf(call.caller.accountId, name));
      if (body === undefined) throw new AwsError('ResourceNotFound', `Dashboard ${name} does not exist`, 404);
      return { DashboardArn: arnOf(call), DashboardBody: body, DashboardName: name };
    },
    PutDashboard: async call => {
      const { DashboardName: name, DashboardBody: body } = read(Input, call.input);
      this.put(call.caller.accountId, name, body);
      return { DashboardValidationMessages: [] };
    },
    ListDashboards: async ({ caller: { accountId } }) => ({
      DashboardEntries: [...this.bodies.keys()].filter(key => key.startsWith(`${accountId}/`))
        .map(key => ({ DashboardName: key.slice(key.indexOf('/') + 1) })),
    }),
    DeleteDashboards: async call => {
      const { DashboardNames: names } = read(v.object({ DashboardNames: v.array(v.string()) }), call.input);
      for (const name of names) this.bodies.delete(keyOf(call.caller.accountId, name));
      return {};
    },
  };
  private readonly identifiers = new Identifiers('cloudwatch/dashboards');
  private readonly bodies = new Map<string, string>();

  /** `AWS::CloudWatch::Dashboard`. */
  public type(): ResourceType {
    const create = async (input: Record<string, unknown>, context: ResourceContext): Promise<Provisioned> => {
      const { DashboardName: given, DashboardBody: body } = read(Properties, input);
      // CloudFormation allows only letters, digits, - and _ in a generated name
      const name = given ?? this.identifiers.physicalName(context, 255);
      if (this.bodies.has(keyOf(context.accountId, name))) {
        const message = `Resource of type 'AWS::CloudWatch::Dashboard' with identifier '${name}' already exists.`;
        throw new AwsError('AlreadyExists', message);
      }
      this.put(context.accountId, name, body);
      return { id: name, attributes: {} };
    };
    return {
      create,
      update: async (id, input, before, context) => {
        if (input.DashboardName !== before.DashboardName) return create(input, context);
        this.put(context.accountId, id, read(Properties, input).DashboardBody);
        return { id, attributes: {} };
      },
      remove: async (id, _properties, { accountId }) => {
        this.bodies.delete(keyOf(accountId, id));
      },
    };
  }

  private put(accountId: string, name: string, body: string): void {
    assertBody(body);
    this.bodies.set(keyOf(accountId, name), body);
  }
}

function keyOf(accountId: string, name: string): string {
  return `${accountId}/${name}`;
}

interface Flaw {
  readonly dataPath: string;
  readonly message: string;
}

/**
 * Rejects a body that is no JSON object, or whose widgets have no type or no properties.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
function assertBody(text: string): void {
  const body = parsed(text);
  if (!isRecord(body)) {
    throw new AwsError('InvalidParameterInput', 'The field DashboardBody must be a valid JSON object');
  }
  const flaws = flawsIn(body);
  if (flaws.length === 0) return;
  const found = `there are ${flaws.length} validation errors:\n${JSON.stringify(flaws, undefined, 2)}`;
  throw new AwsError('InvalidParameterInput', `The dashboard body is invalid, ${found}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function flawsIn({ widgets }: Record<string, unknown>): Flaw[] {
  const missing = (dataPath: string, name: string): Flaw => (
    { dataPath, message: `Should have required property '${name}'` }
  );
  if (widgets === undefined) return [missing('', 'widgets')];
  if (!Array.isArray(widgets)) return [{ dataPath: '/widgets', message: 'Should be array' }];
  return widgets.flatMap((widget, index) => {
    if (!isRecord(widget)) return [{ dataPath: `/widgets/${index}`, message: 'Should be object' }];
    return ['type', 'properties'].filter(name => widget[name] === undefined)
      .map(name => missing(`/widgets/${index}`, name));
  });
}
