import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { accessFromEnvironment } from './access';
import { AwsOrganization } from './aws';
import { AccountLifecycle } from './lifecycle';
import { poolLifecycles } from './pool/pool-lifecycles';
import { Preconditions } from './preconditions/lifecycle';
import { accountProvider } from './provider';
import type { Outcome, ReconcileRequest, ResourceRequest } from '../../src/kinds/contract';
import type { POOL_MAINTENANCE } from '../../src/pool/contract';
import { EventBus } from '../history/events';
import { RegistryHistory } from '../history/history';
import { TableRegistry } from '../registry/table';
import { serve } from '../shared/serve';
import { connectedHosts } from '../sources/hosts';

const access = accessFromEnvironment();
const registry = new TableRegistry();
const bootstrapTemplate = () => readFileSync(path.join(__dirname, 'bootstrap-template.json'), 'utf8');

const organization = new AwsOrganization(access);
const context = { ...access, bootstrapTemplate, organization, registry, hosts: connectedHosts(), now: Date.now };
const accounts = new AccountLifecycle(context);
const history = new RegistryHistory(registry, new EventBus());
const { pooledAccounts, pools, maintenance } = poolLifecycles({ context, accounts, history });
const provider = accountProvider({ accounts, preconditions: new Preconditions(context), pooledAccounts, pools });
const serveRequest = serve(provider, registry);

export async function handler(
  request: ResourceRequest | ReconcileRequest | typeof POOL_MAINTENANCE,
): Promise<Outcome | void> {
  return 'maintain' in request ? maintenance.run() : serveRequest(request);
}
