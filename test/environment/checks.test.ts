import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App, Environment } from 'aws-cdk-lib';
import { Stack, Validations } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-codecommit';
import { CfnTopic } from 'aws-cdk-lib/aws-sns';
import { AwsSolutionsChecks } from 'cdk-nag';
import { Construct } from 'constructs';
import { everyConstruct, pipelineStack } from './every-construct';
import { furtherConstructs } from './further-constructs';
import * as library from '../../src';
import {
  Account, AccountPipelineBranch, Organization, OrganizationAccess, OrganizationAccessRole, OrganizationFeature,
  Source,
} from '../../src';
import { PIPELINE_PARAMETERS } from '../../src/pipeline/pipeline-resources';
import {
  ACCESS_ROLE_ARN, CICD_ACCOUNT, MANAGEMENT_ACCOUNT, ORGANIZATION_ID, quickApp, REGION,
} from '../fixtures/app';

interface Report {
  readonly pluginReports: readonly {
    readonly pluginName: string;
    readonly violations: readonly object[];
    readonly suppressedViolations?: readonly object[];
  }[];
}

/** The context of an app that was made by `cdk init`. */
const recommended = JSON.parse(
  readFileSync(require.resolve('aws-cdk-lib/recommended-feature-flags.json'), 'utf8'),
) as Record<string, unknown>;

/** Synthesizes with all checks; answers what they found. */
function findings(
  define: (app: App) => void,
  context: Record<string, unknown> = { '@aws-cdk/core:defaultCrossStackReferences': 'weak' },
) {
  const outdir = mkdtempSync(join(tmpdir(), 'checks-'));
  const printed = jest.spyOn(console, 'error').mockImplementation();
  try {
    const app = quickApp({ outdir, context, builtinCloudFormationValidation: true });
    define(app);
    Validations.of(app).addPlugins(new AwsSolutionsChecks());
    const messages = app.synth().stacks.flatMap(
      stack => stack.messages.map(({ id, entry }) => `${id}: ${String(entry.data)}`),
    );
    const { pluginReports } = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')) as Report;
    return {
      messages,
      printed: printed.mock.calls.flat(),
      violations: pluginReports.flatMap(({ violations }) => violations),
      explained: pluginReports.flatMap(({ suppressedViolations = [] }) => suppressedViolations).length,
    };
  } finally {
    printed.mockRestore();
    rmSync(outdir, { recursive: true });
  }
}

const none = { messages: [], printed: [], violations: [] };

const places: [string, Environment][] = [
  ['a known place', { account: CICD_ACCOUNT, region: REGION }], ['any place', {}],
];

describe.each(places)('in %s, CDK warns of nothing and cdk-nag has no unacknowledged finding in', (_, env) => {
  test('a CICD account that reaches the management account through a role', () => {
    const { explained, ...found } = findings(app => everyConstruct(app, OrganizationAccess.role(ACCESS_ROLE_ARN), env));
    expect(found).toEqual(none);
    expect(explained).toBeGreaterThan(0);
  });

  test('a CICD account with pools, baselines, customers, backports and alarms', () => {
    expect(findings(app => furtherConstructs(app, env))).toMatchObject(none);
  });

  test('an app with all feature flags that CDK recommends', () => {
    expect(
      findings(app => everyConstruct(app, OrganizationAccess.role(ACCESS_ROLE_ARN), env), recommended),
    ).toMatchObject(none);
    expect(
      findings(app => everyConstruct(app, OrganizationAccess.sameAccount(), env), recommended),
    ).toMatchObject(none);
  });

  test('a CICD account that is the management account', () => {
    expect(findings(app => everyConstruct(app, OrganizationAccess.sameAccount(), env))).toMatchObject(none);
  });

  test('the access role of the management account', () => {
    const management = env.account ? { ...env, account: MANAGEMENT_ACCOUNT } : env;
    expect(findings(app => {
      new OrganizationAccessRole(
        new Stack(app, 'Management', { env: management }),
        'Access',
        {
          cicdAccountId: CICD_ACCOUNT, organizationId: ORGANIZATION_ID, features: Object.values(OrganizationFeature),
        },
      );
    })).toMatchObject(none);
  });

  test('an app that imports the organization', () => {
    expect(findings(app => {
      const stack = new Stack(app, 'Other', { env });
      const organization = Organization.fromParameterName(stack, 'Organization');
      const source = Source.codeCommit(Repository.fromRepositoryName(stack, 'Repository', 'shop'));
      const account = new Account(stack, 'Account', { organization, accountName: 'dev', email: 'dev@example.com' });
      new AccountPipelineBranch(stack, 'dev', { organization, account, branch: { source, branchName: 'env/dev' } });
    })).toMatchObject(none);
  });
});

test('cdk-nag and CDK check the resources of a pipeline like a stack of the app', () => {
  const { explained, ...found } = findings(app => {
    const stack = pipelineStack(app);
    expect(stack.node.findAll().map(({ node }) => node.id)).toEqual(
      expect.arrayContaining(Object.values(PIPELINE_PARAMETERS).filter(name => name !== 'ConnectionArn')),
    );
  });
  expect(found).toEqual(none);
  expect(explained).toBeGreaterThan(0);
});

test('every construct of the library is in an app that is checked', () => {
  const env = { account: CICD_ACCOUNT, region: REGION };
  const apps = [quickApp(), quickApp()];
  everyConstruct(apps[0], OrganizationAccess.role(ACCESS_ROLE_ARN), env);
  furtherConstructs(apps[1], env);
  const constructs = apps.flatMap(app => app.node.findAll());
  const unchecked = Object.entries(library).filter(([, value]) =>
    typeof value === 'function' && value.prototype instanceof Construct
      && !constructs.some(construct => construct instanceof value));
  // it has a test of its own
  expect(unchecked.map(([name]) => name)).toEqual(['OrganizationAccessRole']);
});

test('the checks do find what is wrong', () => {
  expect(() => findings(app => {
    new CfnTopic(new Stack(app, 'Stack'), 'Topic');
  })).toThrow('The SNS Topic does not require publishers to use SSL');
});
