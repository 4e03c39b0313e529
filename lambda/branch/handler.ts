import { BranchLifecycle } from './lifecycle';
import { RepositoryLifecycle } from './repository-lifecycle';
import type { BranchRequest } from '../../src/branch/contract';
import { HANDLER_ENVIRONMENT } from '../../src/private/contract';
import type { RepositoryRequest } from '../../src/sources/contract';
import { TableRegistry } from '../registry/table';
import type { KindHandler } from '../shared/serve';
import { serve } from '../shared/serve';
import { TwoLifecycles } from '../shared/two-lifecycles';
import { copyHistory } from '../sources/git/copy';
import { connectedHosts } from '../sources/hosts';

const { [HANDLER_ENVIRONMENT.CICD_ACCOUNT]: accountId = '', AWS_REGION: region = '' } = process.env;

const registry = new TableRegistry();
const hosts = connectedHosts();

const isRepository = (request: BranchRequest | RepositoryRequest): request is RepositoryRequest =>
  'template' in request;

export const handler: KindHandler = serve(
  new TwoLifecycles({
    one: new BranchLifecycle(registry, hosts, { accountId, region }),
    other: new RepositoryLifecycle(hosts, copyHistory),
    isOther: isRepository,
    nameOf: request => isRepository(request) ? 'a repository' : 'a branch',
  }),
  registry,
);
