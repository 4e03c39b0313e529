import { Duration } from 'aws-cdk-lib';
import { CustomWidget, Dashboard, GraphWidget, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
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
   * @default - a name made by CloudFormation
   */
  readonly dashboardName?: string;
}

const WIDTH = 24;

/**
 * A dashboard of CloudWatch in the CICD account: a table of all environments, and graphs of their deployments. Neither the table nor the graphs name
 * an environment, so that the dashboard is the same however many there are.
 *
 * Whoever looks at it needs the rights to look at dashboards and `lambda:InvokeFunction` on the function of the table.
 */
export class EnvironmentsDashboard extends Construct {
  /** The dashboard, for more widgets. */
  public readonly dashboard: Dashboard;

  /** The function that writes the table, in the name of whom CloudWatch shows it to. */
  public readonly tableFunction: IFunction;

  public constructor(scope: Construct, id: string, props: EnvironmentsDashboardProps) {
    super(scope, id);
    this.tableFunction = this.makeFunction(props.organization);
    this.dashboard = new Dashboard(this, 'Dashboard', { dashboardName: props.dashboardName, defaultInterval: Duration.days(28) });
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
      graph('Deployments a day', 'Deployments', 'Sum'),
      graph('Failed deployments a day', 'FailedDeployments', 'Sum'),
      graph('Lead time from commit to deployment (seconds)', 'LeadTime', 'Average'),
      graph('Time to restore after a failure (seconds)', 'TimeToRestore', 'Average'),
    );
  }

  private makeFunction({ registry }: IOrganization): IFunction {
    return new HandlerFunction(this, 'Table', {
      handler: 'dashboard',
      description: 'Writes the table of the environments',
      environment: { [HANDLER_ENVIRONMENT.REGISTRY_TABLE]: registry.tableName },
      permissions: recordPermissions(registry, { list: [LISTED.environment], read: [RECORDS.halt, RECORDS.deployment] }),
      timeout: Duration.seconds(30),
    }).function;
  }
}

/** A line for each environment that the metric is known of. */
function graph(title: string, metricName: string, statistic: string): GraphWidget {
  const search = `SEARCH('{${METRICS.namespace},${METRICS.dimension}} MetricName="${metricName}"', '${statistic}', ${Duration.days(1).toSeconds()})`;
  return new GraphWidget({
    title,
    width: WIDTH / 4,
    leftYAxis: { min: 0, showUnits: false },
    left: [new MathExpression({ expression: search, label: '', usingMetrics: {} })],
  });
}
