import { S3Client } from '@aws-sdk/client-s3';
import { BootstrapAssetStores } from './bootstrap-assets';
import { accountStackLifecycle } from './lifecycle';
import { AwsAccounts } from '../cloudformation/accounts';
import { AwsCicdStack } from '../cloudformation/cicd-stack';
import { handlerAccount } from '../cloudformation/handler-account';
import { BOOTSTRAP_ROLES } from '../cloudformation/roles';
import { TableRegistry } from '../registry/table';
import { clientDefaults } from '../shared/clients';
import type { KindHandler } from '../shared/serve';
import { serve } from '../shared/serve';

const cicd = handlerAccount();
const { partition } = cicd;
const registry = new TableRegistry();
const storage = new S3Client(clientDefaults());

export const handler: KindHandler = serve(
  accountStackLifecycle({
    registry,
    accounts: new AwsAccounts(partition, BOOTSTRAP_ROLES, storage),
    cicd: new AwsCicdStack(),
    assets: async place => new BootstrapAssetStores(partition, place, storage),
    handlerAccount: cicd,
  }),
  registry,
);
