import { AwsNetworks } from './aws';
import { DEFAULTS } from './context';
import { AwsIpamPools } from './ipam';
import { addressLifecycle } from './lifecycle';
import { HANDLER_ENVIRONMENT } from '../../src/private/contract';
import { DynamoDbSpaceTables } from '../address-spaces/tables';
import { TableRegistry } from '../registry/table';
import { loggedApi } from '../shared/logged-api';
import type { KindHandler } from '../shared/serve';
import { serve } from '../shared/serve';

const partition = process.env[HANDLER_ENVIRONMENT.PARTITION] ?? 'aws';
const registry = new TableRegistry();

export const handler: KindHandler = serve(
  addressLifecycle({
    registry,
    tables: new DynamoDbSpaceTables(),
    networks: new AwsNetworks(partition),
    pools: new AwsIpamPools(loggedApi(ownCredentials, partition)),
    ...DEFAULTS,
  }),
  registry,
);

async function ownCredentials() {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '', AWS_SESSION_TOKEN: sessionToken,
  } = process.env;
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}
