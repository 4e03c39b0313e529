import { AwsPipelineOutbound } from './aws';
import { pipelineLifecycle } from './lifecycle';
import { HANDLER_ENVIRONMENT } from '../../src/private/contract';
import { AwsAccounts } from '../cloudformation/accounts';
import { AwsCicdStack } from '../cloudformation/cicd-stack';
import { BASELINE_ROLES, BOOTSTRAP_ROLES } from '../cloudformation/roles';
import { AwsPipelineControl } from '../pipeline-control/aws';
import { TableRegistry } from '../registry/table';
import type { KindHandler } from '../shared/serve';
import { serve } from '../shared/serve';

const { [HANDLER_ENVIRONMENT.PARTITION]: partition = 'aws', [HANDLER_ENVIRONMENT.CICD_ACCOUNT]: accountId = '' } =
  process.env;
const registry = new TableRegistry();

export const handler: KindHandler = serve(
  pipelineLifecycle({
    registry,
    accounts: new AwsAccounts(partition, BASELINE_ROLES),
    applications: new AwsAccounts(partition, BOOTSTRAP_ROLES),
    outbound: new AwsPipelineOutbound(partition),
    cicd: new AwsCicdStack(),
    control: new AwsPipelineControl(partition),
    handlerAccount: { partition, accountId },
  }),
  registry,
);
