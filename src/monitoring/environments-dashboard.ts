import { Duration } from 'aws-cdk-lib';
import { CustomWidget, Dashboard, GraphWidget, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { ENVIRONMENT_METRICS } from './environment-metrics';
import { HandlerFunction } from '../kinds/handler-function';
import { recordPermissions } from '../kinds/permissions';
import type { IOrganization } from '../organization/organization-interface';
import { HANDLER_ENVIRONMENT, METRICS } from '../private/contract';
import { LISTED, RECORDS } from '../registry/contract';

/** Properties of `EnvironmentsDashboard`. */
export interface EnvironmentsDashboardProps {
  /** The organization whose environments are shown. */
  readonly organization: IOrganization;

  /**
   * Name of the dashboard.
   *
   * @default - CloudFormation generates a name
   */
  readonly dashboardName?: string;
}

const WIDTH = 24;

/**
 * A CloudWatch dashboard in the CICD account: a table of all environments, and graphs of their deployments. It names no
 * environment, so it does not change when environments are added.
 *
 * A viewer needs permissions for dashboards, and `lambda:InvokeFunction` on the `tableFunction`; `grantView()` grants
 * them.
 *
 * @example
 * const dashboard = new EnvironmentsDashboard(this, 'Dashboard', { organization, dashboardName: 'environments' });
 * dashboard.grantView(Role.fromRoleName(this, 'Developers', 'Developers'));
 */
export class EnvironmentsDashboard extends Construct {
  /** The dashboard. More widgets can be added to it. */
  public readonly dashboard: Dashboard;

  /** The function that renders the table. CloudWatch invokes it with the permissions of the viewer. */
  public readonly tableFunction: IFunction;

  public constructor(scope: Construct, id: string, props: EnvironmentsDashboardProps) {
    super(scope, id);
    this.tableFunction = this.makeFunction(props.organization);
    this.dashboard = new Dashboard(this, 'Dashboard', {
      dashboardName: props.dashboardName, defaultInterval: Duration.days(28),
    });
    this.dashboard.addWidgets(
      new CustomWidget({
        title: 'Environments',
        functionArn: this.tableFunction.functionArn,
        width: WIDTH,
        height: 9,
        updateOnRefresh: true,
        updateOnResize: false,
        updateOnTimeRangeChange: false,
      }),
    );
    this.dashboard.addWidgets(
      graph('Deployments a day', 'deployments'),
      graph('Failed deployments a day', 'failedDeployments'),
      graph('Lead time from commit to deployment (seconds)', 'leadTime'),
      graph('Time to restore after a failure (seconds)', 'timeToRestore'),
    );
  }

  /**
   * Allows a principal to view the dashboard in the console of CloudWatch, with the table of the environments. Metrics
   * have no ARNs, so the principal can read all metrics of the account, and the names of its dashboards.
   *
   * @param grantee a principal of the CICD account
   */
  public grantView(grantee: IGrantable): Grant {
    return this.tableFunction.grantInvokeLatestVersion(grantee)
      .combine(Grant.addToPrincipal({
        grantee, actions: ['cloudwatch:GetDashboard'], resourceArns: [this.dashboard.dashboardArn],
      }))
      .combine(Grant.addToPrincipal({
        grantee, actions: ['cloudwatch:GetMetricData', 'cloudwatch:ListDashboards'], resourceArns: ['*'],
      }));
  }

  private makeFunction({ registry }: IOrganization): IFunction {
    return new HandlerFunction(this, 'Table', {
      handler: 'dashboard',
      description: 'Writes the table of the environments',
      environment: { [HANDLER_ENVIRONMENT.REGISTRY_TABLE]: registry.tableName },
      permissions: recordPermissions(registry, {
        list: [LISTED.environment, LISTED.drift], read: [RECORDS.halt, RECORDS.deployment, RECORDS.release],
      }),
      timeout: Duration.seconds(30),
    }).function;
  }
}

/** A graph with a line for each environment that has values of the metric. */
function graph(title: string, name: keyof typeof ENVIRONMENT_METRICS): GraphWidget {
  const { metricName, statistic } = ENVIRONMENT_METRICS[name];
  const schema = `{${METRICS.namespace},${METRICS.dimension}} MetricName="${metricName}"`;
  return new GraphWidget({
    title,
    width: WIDTH / 4,
    leftYAxis: { min: 0, showUnits: false },
    left: [new MathExpression({
      expression: `SEARCH('${schema}', '${statistic}', ${Duration.days(1).toSeconds()})`, label: '', usingMetrics: {},
    })],
  });
}
