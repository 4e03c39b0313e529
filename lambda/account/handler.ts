import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { accessFromEnvironment } from './access';
import { AwsOrganization } from './aws';
import { AwsCloser } from './closing/aws';
import { runCommand } from './commands';
import { AwsRootEmail } from './email-aws';
import { AccountLifecycle } from './lifecycle';
import { ManagementAccount } from './management';
import { Preconditions } from './preconditions/lifecycle';
import { accountProvider } from './provider';
import { AwsAccountSettings } from './settings-aws';
import { AwsUnits } from './units/aws';
import { UnitLifecycle } from './units/lifecycle';
import type { AccountCommand, AccountCommandResult } from '../../src/account/contract';
import { AwsCicdStack } from '../cloudformation/cicd-stack';
import { TableRegistry } from '../registry/table';
import type { KindHandler } from '../shared/serve';
import { serve } from '../shared/serve';
import { withSessionName } from '../shared/session-name';
import { connectedHosts } from '../sources/hosts';

const access = accessFromEnvironment();
const registry = new TableRegistry();
const management = new ManagementAccount(access);
const context = {
  ...access,
  bootstrapTemplate: () => readFileSync(path.join(__dirname, 'bootstrap-template.json'), 'utf8'),
  organization: new AwsOrganization(management),
  settings: new AwsAccountSettings(management),
  closer: new AwsCloser(management),
  rootEmail: new AwsRootEmail(management),
  units: new AwsUnits(management),
  cicdStack: new AwsCicdStack(),
  registry,
  hosts: connectedHosts(),
  now: Date.now,
};
const provider = accountProvider(
  new AccountLifecycle(context), new Preconditions(context), new UnitLifecycle(context),
);
const serveRequest: KindHandler = serve(provider, registry);

/** The requests of CloudFormation and of reconciliations, and the commands of the operations function. */
export async function handler(
  request: Parameters<KindHandler>[0] | AccountCommand,
  lambda?: { readonly awsRequestId: string },
): Promise<Awaited<ReturnType<KindHandler>> | AccountCommandResult> {
  if (!('command' in request)) return serveRequest(request);
  return withSessionName(request.command, lambda?.awsRequestId ?? '', () => runCommand(context, request));
}
