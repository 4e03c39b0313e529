import { OrganizationAccess } from '../../src';
import { Cicd, ORGANIZATION_ID, quickApp } from '../fixtures/app';
import { pipelineTemplateOf, resourcesOf, templateOf } from '../fixtures/assembly';
import { identityStatements, list, textOf, trustStatements } from '../fixtures/policies';

const app = quickApp();
const cicd = new Cicd(app);
const environment = cicd.environment();
const assembly = app.synth();
const outside = templateOf(assembly);
const inside = pipelineTemplateOf(assembly, environment.pipeline);

describe.each([
  { place: 'the CICD account', template: outside, crossesAccounts: true },
  { place: 'the account of an environment', template: inside, crossesAccounts: false },
])('in $place', ({ template, crossesAccounts }) => {
  const statements = identityStatements(template);

  test('no role may do everything, or all that a service offers', () => {
    expect(statements.length).toBeGreaterThan(5);
    expect(statements.flatMap(({ Action }) => Action).filter(action => /^\*|:\*$/.test(action))).toEqual([]);
  });

  test('no right is given on everything, except on approval rule templates and to describe the organization', () => {
    const everything = statements.filter(({ Resource }) => list(Resource).includes('*'));
    // these actions have no resources
    expect(everything.map(({ Sid }) => Sid)).toEqual(crossesAccounts ? ['DescribeOrganization', 'Reviews'] : []);
  });

  test('every role trusts a service or roles that are named', () => {
    const others = trustStatements(template).filter(({ Principal }) => !(Principal as { Service?: string }).Service);
    expect(others.length).toBeGreaterThan(0);
    for (const { Principal, Condition = {} } of others) {
      const { AWS } = Principal as { AWS?: unknown };
      const named = [Condition.ArnEquals, Condition.ArnLike].flatMap(arns => list(arns?.['aws:PrincipalArn'] ?? []));
      expect([AWS, ...named].map(textOf)).toContainEqual(
        expect.stringMatching(/:role\/org-environments-|^<TriggerRoleArn>$/),
      );
    }
  });

  test('roles in accounts that are not known yet are those of the organization', () => {
    const anywhere = statements.filter(
      ({ Resource }) => list(Resource).map(textOf).some(arn => arn.includes(':iam::*:')),
    );
    expect(anywhere.length > 0).toBe(crossesAccounts);
    for (const { Condition } of anywhere) {
      expect(Condition).toEqual({
        StringEquals: { 'aws:ResourceOrgID': ORGANIZATION_ID },
        StringNotEquals: {
          'aws:ResourceAccount': { Ref: 'AWS::AccountId' },
        },
      });
    }
    const anyPrincipal = trustStatements(template).filter(
      ({ Principal }) => JSON.stringify(Principal) === '{"AWS":"*"}',
    );
    expect(anyPrincipal.length > 0).toBe(crossesAccounts);
    for (const { Condition } of anyPrincipal) {
      expect(Condition?.StringEquals).toEqual({
        'aws:PrincipalOrgID': ORGANIZATION_ID,
        'aws:PrincipalAccount': { 'Fn::GetAtt': [expect.stringContaining('account'), 'accountId'] },
      });
    }
  });
});

test('each function sees its own records alone', () => {
  const records = resourcesOf(outside, 'AWS::IAM::Role').flatMap(role => {
    const statements = identityStatements({ Resources: { role } });
    const keys = [
      ...new Set(
        statements.flatMap(({ Condition }) => Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'] ?? []),
      ),
    ];
    return keys.length > 0 ? [[role.Properties.RoleName, keys]] : [];
  });
  expect(Object.fromEntries(records)).toEqual({
    'org-environments-entry': ['request#*', 'response#*', 'history#*'],
    'org-environments-account-provider': [
      'account#*', 'preconditions#*', 'unreachable#*', 'unit#*', 'closing#*', 'resource#*', 'drift#*', 'request#*',
      'lease#*', 'queue#creations',
    ],
    'org-environments-branch-provider': [
      'branch#*', 'resource#*', 'drift#*', 'request#*', 'deployment#*', 'branch',
    ],
    'org-environments-stack-provider': ['stack#*', 'leftover#*', 'resource#*', 'drift#*', 'request#*'],
    'org-environments-pipeline-provider': [
      'pipeline#*', 'environment#*', 'lease#*', 'route#*', 'leftover#*', 'blue-green#*', 'release#*', 'resource#*',
      'drift#*', 'request#*', 'stack#*', 'halt#*',
    ],
    'org-environments-address-provider': ['space#*', 'range#*', 'resource#*', 'drift#*', 'request#*', 'space'],
    'org-environments-transit-provider': ['transit#*', 'resource#*', 'drift#*', 'request#*'],
    'org-environments-trigger': ['route#*'],
    'org-environments-deployments': ['deployment#*', 'environment#*', 'lease#*'],
    'org-environments-operations': [
      'halt#*', 'drift#*', 'environment#*', 'release#*', 'history#*', 'lease#*', 'backport#*', 'comparison#*',
      'leftover#*', 'pipeline#*', 'stack#*', 'account#*', 'blue-green#*', 'pool-claim#*', 'environment', 'halt',
      'unreachable', 'leftover', 'history', 'resource', 'drift', 'closing', 'branch', 'account', 'lease', 'pool',
      'space', 'range',
    ],
  });
});

test('services that run the pipeline may use its roles for this account only', () => {
  const services = trustStatements(inside).filter(({ Principal }) => 'Service' in (Principal as object));
  expect(services).toHaveLength(5);
  for (const { Condition } of services) {
    expect(Condition).toEqual({
      StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
    });
  }
});

test('wildcards are for actions without resources if the CICD account is the management account', () => {
  const same = quickApp();
  new Cicd(same, { access: OrganizationAccess.sameAccount() }).environment();
  const everything = identityStatements(templateOf(same.synth())).filter(
    ({ Resource }) => list(Resource).includes('*'),
  );
  expect(everything.map(({ Sid }) => Sid)).toEqual(['CreateTagged', 'ReadOrganization', 'Reviews']);
});
