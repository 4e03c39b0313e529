import { AwsNetworks } from './aws';
import { DEFAULTS } from './context';
import { addressLifecycle } from './lifecycle';
import { HANDLER_ENVIRONMENT } from '../../src/private/contract';
import { DynamoDbSpaceTables } from '../address-spaces/tables';
import { TableRegistry } from '../registry/table';
import type { KindHandler } from '../shared/serve';
import { serve } from '../shared/serve';

const registry = new TableRegistry();

export const handler: KindHandler = serve(
  addressLifecycle({
    registry,
    tables: new DynamoDbSpaceTables(),
    networks: new AwsNetworks(process.env[HANDLER_ENVIRONMENT.PARTITION] ?? 'aws'),
    ...DEFAULTS,
  }),
  registry,
);
