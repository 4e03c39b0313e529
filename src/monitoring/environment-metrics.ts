import { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { METRICS } from '../private/contract';

/** Names of the metrics of each environment, and the statistics that fit them. */
export const ENVIRONMENT_METRICS = {
  deployments: { metricName: 'Deployments', statistic: 'Sum' },
  failedDeployments: { metricName: 'FailedDeployments', statistic: 'Sum' },
  leadTime: { metricName: 'LeadTime', statistic: 'Average' },
  drift: { metricName: 'Drift', statistic: 'Maximum' },
  timeToRestore: { metricName: 'TimeToRestore', statistic: 'Average' },
} as const;

/** A metric of one environment, in the CICD account. */
export function environmentMetric(
  name: keyof typeof ENVIRONMENT_METRICS, environmentName: string, options: MetricOptions = {},
): Metric {
  return new Metric({
    namespace: METRICS.namespace,
    dimensionsMap: { [METRICS.dimension]: environmentName },
    ...ENVIRONMENT_METRICS[name],
    ...options,
  });
}
