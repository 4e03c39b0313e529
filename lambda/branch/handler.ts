import { BranchLifecycle } from './lifecycle';
import { HANDLER_ENVIRONMENT } from '../../src/private/contract';
import { TableRegistry } from '../registry/table';
import type { KindHandler } from '../shared/serve';
import { serve } from '../shared/serve';
import { connectedHosts } from '../sources/hosts';

const { [HANDLER_ENVIRONMENT.CICD_ACCOUNT]: accountId = '', AWS_REGION: region = '' } = process.env;

const registry = new TableRegistry();
const lifecycle = new BranchLifecycle(registry, connectedHosts(), { accountId, region });

export const handler: KindHandler = serve(lifecycle, registry);
