import { Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Source } from '../../src';
import type { GitHubSourceProps } from '../../src';
import { CICD_ACCOUNT, Cicd, CONNECTION_ARN, quickApp, REGION } from '../fixtures/app';
import { onlyResource, resourcesOf, synthesized } from '../fixtures/assembly';
import { identityStatements, list, textOf } from '../fixtures/policies';

function environment(changes: Partial<GitHubSourceProps> = {}, imported = true) {
  const cicd = new Cicd(quickApp(), { imported });
  cicd.environment('dev', { branch: { source: cicd.gitHub(changes), branchName: 'env/dev' } });
  return cicd;
}

/** The template of the pipelines of a stack. */
function pipelineTemplate({ stack }: Cicd) {
  const template = stack.node.children.find(({ node: { id } }) => id.startsWith('PipelineTemplate'));
  if (!(template instanceof Stack)) throw new Error('there is no template of pipelines');
  const rendered: unknown = Reflect.apply(Reflect.get(template, '_toCloudFormation'), template, []);
  return JSON.parse(JSON.stringify(stack.resolve(rendered)));
}

describe('a pipeline of a repository of GitHub', () => {
  const template = pipelineTemplate(environment());
  const [pipeline] = resourcesOf(template, 'AWS::CodePipeline::Pipeline');

  test('reads its branch through the connection', () => {
    expect(pipeline.Properties.Stages[0].Actions).toEqual([{
      Name: 'Source',
      ActionTypeId: { Category: 'Source', Owner: 'AWS', Provider: 'CodeStarSourceConnection', Version: '1' },
      Configuration: {
        ConnectionArn: { Ref: 'ConnectionArn' },
        FullRepositoryId: { Ref: 'RepositoryName' },
        BranchName: { Ref: 'BranchName' },
        OutputArtifactFormat: 'CODE_ZIP',
        DetectChanges: 'false',
      },
      OutputArtifacts: [{ Name: 'Source' }],
    }]);
    expect(Object.keys(template.Parameters)).toContain('ConnectionArn');
    expect(Object.keys(template.Parameters)).not.toContain('SourceRoleArn');
  });

  test('starts by a trigger for pushes to its branch alone', () => {
    expect(pipeline.Properties.PipelineType).toBe('V2');
    expect(pipeline.Properties.Triggers).toEqual([{
      ProviderType: 'CodeStarSourceConnection',
      GitConfiguration: { SourceActionName: 'Source', Push: [{ Branches: { Includes: [{ Ref: 'BranchName' }] } }] },
    }]);
  });

  test('may use the connection for one repository and one branch, and assumes no role', () => {
    const statements = identityStatements(template);
    expect(statements.filter(({ Action }) => list(Action).includes('codeconnections:UseConnection'))).toEqual([{
      Sid: 'UseConnection',
      Effect: 'Allow',
      Action: 'codeconnections:UseConnection',
      Resource: { Ref: 'ConnectionArn' },
      Condition: {
        StringEquals: { 'codeconnections:FullRepositoryId': { Ref: 'RepositoryName' } },
        StringEqualsIfExists: { 'codeconnections:BranchName': { Ref: 'BranchName' } },
      },
    }]);
    expect(statements.filter(({ Sid }) => Sid === 'ReadRepository')).toEqual([]);
  });
});

describe('the stack of an environment with a repository of GitHub', () => {
  const template = synthesized(environment().stack);

  test('shares the connection with the account of the environment alone, before the pipeline', () => {
    const { Properties } = onlyResource(template, 'AWS::RAM::ResourceShare');
    expect(Properties).toMatchObject({ ResourceArns: [CONNECTION_ARN], AllowExternalPrincipals: false });
    expect(Properties.Principals.map(textOf)).toEqual([expect.stringMatching(/^<devaccount\w+\.accountId>$/)]);
    const [shareId] = Object.entries(template.Resources)
      .find(([, { Type }]) => Type === 'AWS::RAM::ResourceShare') ?? [];
    expect(onlyResource(template, 'Custom::OrgEnvironmentsPipeline').DependsOn).toContain(shareId);
  });

  test('has no role that reads the repository', () => {
    expect(resourcesOf(template, 'AWS::IAM::Role')).toEqual([]);
  });

  test('passes the repository, the connection and the secret to the handlers', () => {
    const repository = {
      host: 'github',
      repositoryName: 'acme/shop',
      repositoryArn: 'https://github.com/acme/shop',
      connectionArn: CONNECTION_ARN,
    };
    const { Properties: branch } = onlyResource(template, 'Custom::OrgEnvironmentsBranch');
    const { Properties: pipeline } = onlyResource(template, 'Custom::OrgEnvironmentsPipeline');
    expect(branch).toMatchObject(repository);
    expect(pipeline.environment).toMatchObject(repository);
    expect(textOf(branch.credentialsArn)).toMatch(/:secret:shop-credentials$/);
    const { Properties: { newBranches: [created] } } = onlyResource(template, 'Custom::OrgEnvironmentsPreconditions');
    expect(created).toMatchObject({ host: 'github', repositoryName: 'acme/shop', connectionArn: CONNECTION_ARN });
  });
});

describe('an organization', () => {
  const cicd = new Cicd(quickApp(), { readsCredentials: true });
  const statements = identityStatements(synthesized(cicd.stack));

  test('lets the functions that use repositories read exactly the secrets that it names', () => {
    const read = statements.filter(({ Action }) => list(Action).includes('secretsmanager:GetSecretValue'));
    // account, branch, deployments, operations
    expect(read).toHaveLength(4);
    for (const { Resource } of read) expect(textOf(Resource)).toMatch(/:secret:shop-credentials-\?\?\?\?\?\?$/);
  });

  test('reads the states of connections before it creates accounts', () => {
    const read = statements.filter(({ Action }) => list(Action).includes('codeconnections:GetConnection'));
    expect(read.map(({ Resource }) => textOf(Resource))).toEqual([
      'arn:<AWS::Partition>:codeconnections:<AWS::Region>:<AWS::AccountId>:connection/*',
    ]);
  });

  test('without credentials reads no secrets and no connections', () => {
    const actions = identityStatements(synthesized(new Cicd(quickApp()).stack)).flatMap(({ Action }) => list(Action));
    expect(actions.filter(action => /^(secretsmanager|codeconnections):/.test(String(action)))).toEqual([]);
  });

  test('must name the credentials of the repositories of its app', () => {
    expect(() => environment({}, false)).toThrow('[Cicd/dev/Branch] the organization may not read the credentials of '
      + "repository 'acme/shop': add the secret to its 'repositoryCredentials'");
  });
});

test.each([
  [
    'of a former kind', CONNECTION_ARN.replace('codeconnections', 'codestar-connections'),
    'has a former kind of ARN (codestar-connections), which cannot be shared with other accounts: create a new '
      + "connection, whose ARN contains ':codeconnections:'",
  ],
  [
    'that is no ARN', 'shop',
    "'connectionArn' must be an ARN like 'arn:aws:codeconnections:<region>:<account>:connection/<id>', got 'shop'",
  ],
  [
    'of another region', CONNECTION_ARN.replace(REGION, 'us-east-1'),
    `must be in the account and region of the stack (${CICD_ACCOUNT}/${REGION}), which shares it`,
  ],
  [
    'of another account', CONNECTION_ARN.replace(CICD_ACCOUNT, '333333333333'),
    `must be in the account and region of the stack (${CICD_ACCOUNT}/${REGION}), which shares it`,
  ],
])('a connection %s stops at synth', (_, connectionArn, message) => {
  expect(() => environment({ connectionArn })).toThrow(message);
  expect(() => environment({ connectionArn })).toThrow('[Cicd/dev/Branch] ');
});

test.each([['acme/x', 'shop'], ['acme', 'shop web'], ['', 'shop'], ['acme', '']])(
  'a repository with owner %j and name %j stops at synth',
  (owner, repository) => {
    expect(() => environment({ owner, repository })).toThrow(
      `[Cicd/dev/Branch] 'owner' and 'repository' must be letters, digits and '._-', got '${owner}/${repository}'`,
    );
  },
);

test('two apps with the same secret by name are the same credentials', () => {
  const cicd = new Cicd(quickApp(), { readsCredentials: true });
  const credentials = Secret.fromSecretNameV2(cicd.stack, 'Again', 'shop-credentials');
  const source = Source.gitHub({ owner: 'acme', repository: 'shop', connectionArn: CONNECTION_ARN, credentials });
  expect(() => cicd.environment('dev', { branch: { source, branchName: 'env/dev' } })).not.toThrow();
});
