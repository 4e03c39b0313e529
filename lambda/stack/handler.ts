import { BootstrappedAccounts } from './aws';
import { AccountStackLifecycle } from './lifecycle';
import { HANDLER_ENVIRONMENT } from '../../src/private/contract';
import { TableRegistry } from '../registry/table';
import { OperatedPipelines } from '../shared/operated-pipelines';
import type { Handlers } from '../shared/serve';
import { serve } from '../shared/serve';

const { [HANDLER_ENVIRONMENT.PARTITION]: partition = 'aws', [HANDLER_ENVIRONMENT.CICD_ACCOUNT]: accountId = '' } = process.env;
const registry = new TableRegistry();
const lifecycle = new AccountStackLifecycle(
  registry, new BootstrappedAccounts(partition), new OperatedPipelines(partition), { partition, accountId },
);

export const { onEvent, isComplete }: Handlers = serve(lifecycle, registry);
