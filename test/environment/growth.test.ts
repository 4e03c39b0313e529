import { statSync } from 'node:fs';
import { Stack } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-codecommit';
import { Account, AccountPipelineBranch, Organization, Source } from '../../src';
import { CICD_ACCOUNT, Cicd, quickApp, REGION } from '../fixtures/app';
import { fileAssetsOf, templateOf } from '../fixtures/assembly';

/** A CICD stack with a tree of environments, each of which comes from an earlier one. */
function vend(count: number) {
  // as the docs advise for many environments
  const app = quickApp({ context: { '@aws-cdk/core:suppressTemplateIndentation': true } });
  const cicd = new Cicd(app);
  for (let index = 0; index < count; index++) {
    const from = index === 0 ? 'main' : `env/e${Math.floor((index - 1) / 3)}`;
    cicd.environment(
      `e${index}`, { branch: { source: cicd.source, branchName: `env/e${index}`, parentBranchName: from } },
    );
  }
  const assembly = app.synth();
  const template = templateOf(assembly);
  return {
    assembly,
    template,
    resources: Object.values(template.Resources),
    bytes: statSync(assembly.getStackByName('Cicd').templateFullPath).size,
  };
}

describe('a CICD stack', () => {
  const sizes = [0, 1, 2, 3].map(count => vend(count).resources.length);

  test('has 47 resources before the first environment, the preconditions included', () => {
    const [none, one] = sizes;
    expect([none, one - 4]).toEqual([46, 47]);
  });

  test('has 4 more for each environment', () => {
    const [, one, two, three] = sizes;
    expect([two - one, three - two]).toEqual([4, 4]);
  });
});

describe('a stack of 110 environments', () => {
  const { assembly, template, resources, bytes } = vend(110);

  test('fits into what CloudFormation takes', () => {
    expect(resources.length).toBeLessThanOrEqual(500);
    expect(bytes).toBeLessThan(1_000_000);
  });

  test('has one template for all pipelines', () => {
    const templates = fileAssetsOf(assembly).filter(({ displayName }) => displayName === 'Template of the pipelines');
    expect(templates).toHaveLength(1);
    const keys = resources.filter(
      ({ Type }) => Type === 'Custom::OrgEnvironmentsPipeline',
    ).map(({ Properties }) => Properties.templateKey);
    expect(keys).toHaveLength(110);
    expect(new Set(keys).size).toBe(1);
  });

  test('has one rule for the repository, one for the events of all pipelines, and one for the daily check', () => {
    expect(resources.filter(({ Type }) => Type === 'AWS::Events::Rule')).toHaveLength(3);
  });

  test('does not grow by dependencies or by rights', () => {
    const environments = resources.filter(({ Type }) => Type.startsWith('Custom::'));
    expect(Math.max(...environments.map(({ DependsOn = [] }) => DependsOn.length))).toBeLessThanOrEqual(3);
    const policies = resources.filter(({ Type }) => /^AWS::IAM::(Policy|Role)$/.test(Type));
    expect(Math.max(...policies.map(policy => JSON.stringify(policy).length))).toBeLessThan(5_000);
    expect(template.Outputs).toBeUndefined();
  });
});

describe('an organization that 40 other apps use, with 60 repositories', () => {
  /** Environments in the app of the organization and in others, each with a repository of its own. */
  function organizationOf(ownRepositories: number, importingStacks: number) {
    const app = quickApp();
    const cicd = new Cicd(app);
    const stackNames = Array.from({ length: importingStacks }, (_, index) => `App${index}`);
    for (let index = 0; index < ownRepositories; index++) {
      cicd.environment(
        `own${index}`, { branch: branch(cicd.stack, `own${index}`) },
      );
    }
    for (const name of stackNames) {
      importing(
        new Stack(app, name, { env: { account: CICD_ACCOUNT, region: REGION } }), name.toLowerCase(),
      );
    }
    const assembly = app.synth();
    return { own: templateOf(assembly), others: stackNames.map(name => templateOf(assembly, name)) };
  }

  function branch(stack: Stack, name: string) {
    return {
      source: Source.codeCommit(Repository.fromRepositoryName(stack, `${name}-repository`, name)),
      branchName: `env/${name}`,
    };
  }

  function importing(stack: Stack, name: string) {
    const organization = Organization.fromParameterName(stack, 'Organization');
    const account = new Account(stack, 'Account', { organization, accountName: name, email: `${name}@example.com` });
    new AccountPipelineBranch(stack, name, { organization, account, branch: branch(stack, name) });
  }

  /** What says who may do what, by logical id; the role with which an environment reads its repository is apart. */
  function rightsIn({ Resources }: ReturnType<typeof templateOf>): Record<string, unknown> {
    const types = /^AWS::(IAM::(Policy|ManagedPolicy|Role)|Lambda::Permission|Events::(Rule|EventBus)|KMS::Key)$/;
    const rights = Object.entries(Resources).filter(
      ([id, { Type }]) => types.test(Type) && !id.includes('SourceRole'),
    );
    return Object.fromEntries(rights.map(([id, { Properties }]) => [id, Properties]));
  }

  const one = organizationOf(1, 0);
  const many = organizationOf(20, 40);

  test('has the same rights, rules and permissions as with one', () => {
    expect(Object.keys(rightsIn(one.own)).length).toBeGreaterThan(12);
    expect(rightsIn(many.own)).toEqual(rightsIn(one.own));
  });

  test('is given nothing by the other apps, which have a role for each environment alone', () => {
    expect(many.others).toHaveLength(40);
    for (const other of many.others) {
      expect(rightsIn(other)).toEqual({});
      expect(Object.values(other.Resources).map(({ Type }) => Type).sort()).toEqual([
        'AWS::IAM::Role', 'Custom::OrgEnvironmentsAccount', 'Custom::OrgEnvironmentsBranch',
        'Custom::OrgEnvironmentsPipeline',
        'Custom::OrgEnvironmentsPreconditions',
      ]);
    }
  });
});
