import type { Measures } from './measures';
import { METRICS } from '../../src/private/contract';

/**
 * A log line in the embedded metric format of CloudWatch:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function metricLine(environmentName: string, { at, values }: Measures): string {
  const metrics = Object.keys(values).map(name => ({
    Name: name,
    Unit: name.endsWith('Deployments') ? 'Count' : 'Seconds',
  }));
  return JSON.stringify({
    _aws: {
      Timestamp: at,
      CloudWatchMetrics: [{ Namespace: METRICS.namespace, Dimensions: [[METRICS.dimension]], Metrics: metrics }],
    },
    [METRICS.dimension]: environmentName,
    ...values,
  });
}
