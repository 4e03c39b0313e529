import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { accessFromEnvironment } from './access';
import { AwsOrganization } from './aws';
import { AccountLifecycle } from './lifecycle';
import { Preconditions } from './preconditions/lifecycle';
import { accountProvider } from './provider';
import { TableRegistry } from '../registry/table';
import type { KindHandler } from '../shared/serve';
import { serve } from '../shared/serve';
import { AwsConnections } from '../sources/connections';
import { connectedHosts } from '../sources/hosts';

const access = accessFromEnvironment();
const registry = new TableRegistry();
const bootstrapTemplate = () => readFileSync(path.join(__dirname, 'bootstrap-template.json'), 'utf8');

const organization = new AwsOrganization(access);
const context = {
  ...access,
  bootstrapTemplate,
  organization,
  registry,
  hosts: connectedHosts(),
  connections: new AwsConnections(),
  now: Date.now,
};
const provider = accountProvider(new AccountLifecycle(context), new Preconditions(context));

export const handler: KindHandler = serve(provider, registry);
