import { METRICS } from '../../src/private/contract';

/**
 * Adds to a metric of the organization, with a log line in the embedded metric format of CloudWatch:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function count(name: string, value: number, at: number = Date.now()): void {
  const metrics = [{ Name: name, Unit: 'Count' }];
  const definition = { Namespace: METRICS.namespace, Dimensions: [[METRICS.organization.dimension]], Metrics: metrics };
  // not with console.log, which adds a time to the line
  process.stdout.write(`${JSON.stringify({
    _aws: { Timestamp: at, CloudWatchMetrics: [definition] },
    [METRICS.organization.dimension]: METRICS.organization.value,
    [name]: value,
  })}\n`);
}
