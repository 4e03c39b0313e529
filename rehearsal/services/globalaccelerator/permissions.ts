import { everywhere, on, partitionOf, textOf } from '../../core/permissions';
import type { Permissions } from '../../core/service';

export const permissions: Record<string, Permissions> = {
  ...on(['DescribeAccelerator'], call => textOf(call, 'AcceleratorArn')),
  ...on(['DescribeListener'], call => textOf(call, 'ListenerArn')),
  ...on(['DescribeEndpointGroup', 'UpdateEndpointGroup'], call => textOf(call, 'EndpointGroupArn')),
  ...on(['CreateCrossAccountAttachment'], call =>
    `arn:${partitionOf(call)}:globalaccelerator::${call.caller.accountId}:attachment/*`,
  ),
  ...on(
    ['DescribeCrossAccountAttachment', 'UpdateCrossAccountAttachment', 'DeleteCrossAccountAttachment'],
    call => textOf(call, 'AttachmentArn'),
  ),
  ...everywhere(['ListCrossAccountAttachments', 'ListCrossAccountResources']),
};
