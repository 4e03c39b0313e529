import { ec2InAccounts } from './aws';
import { DefaultGroupLifecycle } from './default-group';
import { TransitLifecycle } from './lifecycle';
import type { NetworkRequest } from '../../src/network/contract';
import { HANDLER_ENVIRONMENT } from '../../src/private/contract';
import type { TransitAttachmentRequest } from '../../src/transit/contract';
import { TableRegistry } from '../registry/table';
import type { KindHandler } from '../shared/serve';
import { serve } from '../shared/serve';
import { TwoLifecycles } from '../shared/two-lifecycles';

const { [HANDLER_ENVIRONMENT.PARTITION]: partition = 'aws' } = process.env;

const registry = new TableRegistry();
const ec2 = ec2InAccounts(partition);

const isNetwork = (request: TransitAttachmentRequest | NetworkRequest): request is NetworkRequest =>
  'securityGroupId' in request;

export const handler: KindHandler = serve(
  new TwoLifecycles({
    one: new TransitLifecycle({ registry, networks: ec2, hubs: ec2 }),
    other: new DefaultGroupLifecycle(ec2),
    isOther: isNetwork,
    nameOf: request => isNetwork(request) ? 'a network' : 'an attachment',
  }),
  registry,
);
