import { METRICS } from '../../src/private/contract';

/** Metric values of an environment at a time; times in seconds. */
interface Measured {
  /** In milliseconds since 1970. */
  readonly at: number;
  readonly values: Readonly<Record<string, number | undefined>>;
}

const TIMES = ['LeadTime', 'TimeToRestore'];

/**
 * A log line in the embedded metric format of CloudWatch:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function metricLine(environmentName: string, { at, values }: Measured): string {
  const metrics = Object.keys(values).map(name => ({ Name: name, Unit: TIMES.includes(name) ? 'Seconds' : 'Count' }));
  return JSON.stringify({
    _aws: {
      Timestamp: at,
      CloudWatchMetrics: [{ Namespace: METRICS.namespace, Dimensions: [[METRICS.dimension]], Metrics: metrics }],
    },
    [METRICS.dimension]: environmentName,
    ...values,
  });
}
