import { AwsPipelineOutbound } from './aws';
import { BlueGreenLifecycle } from './blue-green';
import { Routes } from './branch-routes';
import { Environments } from './environments';
import { pipelineLifecycle } from './lifecycle';
import { ReleaseTraffic } from './traffic';
import type { BlueGreenRequest } from '../../src/blue-green/release/contract';
import type { PipelineRequest } from '../../src/pipeline/contract';
import { AwsAccounts } from '../cloudformation/accounts';
import { AwsCicdStack } from '../cloudformation/cicd-stack';
import { handlerAccount } from '../cloudformation/handler-account';
import { BASELINE_ROLES, BOOTSTRAP_ROLES } from '../cloudformation/roles';
import { AwsPipelineControl } from '../pipeline-control/aws';
import { TableRegistry } from '../registry/table';
import type { KindHandler } from '../shared/serve';
import { serve } from '../shared/serve';
import { TwoLifecycles } from '../shared/two-lifecycles';

const cicd = handlerAccount();
const { partition } = cicd;
const registry = new TableRegistry();

const pipelines = pipelineLifecycle({
  registry,
  accounts: new AwsAccounts(partition, BASELINE_ROLES),
  applications: new AwsAccounts(partition, BOOTSTRAP_ROLES),
  outbound: new AwsPipelineOutbound(partition),
  cicd: new AwsCicdStack(),
  control: new AwsPipelineControl(partition),
  handlerAccount: cicd,
});

type Request = PipelineRequest | BlueGreenRequest;

const isBlueGreen = (request: Request): request is BlueGreenRequest => 'kind' in request;

export const handler: KindHandler = serve(
  new TwoLifecycles({
    one: pipelines,
    other: new BlueGreenLifecycle(
      registry, new Routes(registry, new Environments(registry, Date.now)), new ReleaseTraffic(),
    ),
    isOther: isBlueGreen,
    nameOf: request => (isBlueGreen(request) ? 'a blue/green environment' : 'a pipeline'),
  }),
  registry,
);
