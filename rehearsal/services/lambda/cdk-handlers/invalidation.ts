import type { HandlerTools } from './handler';
import { fromXml, toXml } from '../../../core/protocol/xml';

/** The waiter of the handler. */
const POLL_SECONDS = 20;
const POLLS = 39;

/** Invalidates paths of a distribution, and waits until CloudFront has done it. @throws ClientError */
export async function invalidate(
  { client, clock, write }: HandlerTools, distributionId: string, paths: readonly string[],
): Promise<void> {
  const path = `/2020-05-31/distribution/${distributionId}/invalidation`;
  const body = toXml('InvalidationBatch', undefined, {
    Paths: { Quantity: paths.length, Items: { Path: paths } }, CallerReference: String(clock.now()),
  });
  const created = await client.send({
    service: 'cloudfront', operation: 'CreateInvalidation', method: 'POST', path, body,
  });
  const { Id: id } = fromXml(Buffer.from(created.body), {});
  write(`| invalidation ${String(id)} of ${paths.join(', ')} in distribution ${distributionId}`);
  for (let poll = 0; poll < POLLS; poll++) {
    const answer = await client.send({
      service: 'cloudfront', operation: 'GetInvalidation', method: 'GET', path: `${path}/${String(id)}`,
    });
    if (fromXml(Buffer.from(answer.body), {}).Status === 'Completed') return;
    await clock.sleep(POLL_SECONDS);
  }
  throw new Error(
    'Unable to confirm that cache invalidation was successful. This may be a CloudFront regression as reported in '
    + 'https://github.com/aws/aws-cdk/issues/15891',
  );
}
