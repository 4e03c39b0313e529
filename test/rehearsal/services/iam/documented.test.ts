import type { ConditionContext, PolicyDocument, Statement } from '../../../../rehearsal/core/policy-document';
import { decide } from '../../../../rehearsal/services/iam/evaluate/decide';
import type { Policies } from '../../../../rehearsal/services/iam/evaluate/decide';
import type { Principal } from '../../../../rehearsal/services/iam/evaluate/request';

const ACCOUNT = '111111111111';
const OBJECT = 'arn:aws:s3:::shop/red.txt';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/worker`;
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/worker/session`;

const session: Principal = { kind: 'session', accountId: ACCOUNT, arn: ROLE, sessionArn: SESSION };
const root: Principal = {
  kind: 'root',
  accountId: ACCOUNT,
  arn: `arn:aws:iam::${ACCOUNT}:root`,
  sessionArn: `arn:aws:iam::${ACCOUNT}:root`,
};
const user: Principal = {
  kind: 'user',
  accountId: ACCOUNT,
  arn: `arn:aws:iam::${ACCOUNT}:user/anna`,
  sessionArn: `arn:aws:iam::${ACCOUNT}:user/anna`,
};
const service: Principal = {
  kind: 'service',
  accountId: '',
  arn: 'events.amazonaws.com',
  sessionArn: 'events.amazonaws.com',
};

function policy(statement: Partial<Statement>, version?: string): PolicyDocument {
  return {
    ...(version && { Version: version }),
    Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*', ...statement }],
  };
}
const NEW = '2012-10-17';
const full = policy({ Action: '*' });
const nothing = policy({ Action: 'ssm:*' });
const fence = (statement: Partial<Statement>): PolicyDocument[][] => [
  [full, policy({ Effect: 'Deny', Principal: '*', ...statement }, NEW)],
];
const named = 'arn:aws:s3:::shop/${aws:PrincipalTag/team}.txt';
const team = { 'aws:PrincipalTag/team': 'red' };
const foreignService = {
  Condition: {
    StringNotEqualsIfExists: { 'aws:SourceOrgID': 'o-ours' },
    Bool: { 'aws:PrincipalIsAWSService': 'true' },
  },
};
const given = policy({ Principal: { Service: service.arn } });

/** Cases in which the other implementation differs, with the result of AWS's documentation. */
describe('as AWS documents it', () => {
  test.each<[string, Principal, Policies, ConditionContext, string]>([
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html
    [
      'a variable of a policy of the new version is filled in',
      session,
      { identity: [policy({ Resource: named }, NEW)] },
      team,
      'allowed',
    ],
    [
      'a variable of a policy of the old version is text',
      session,
      { identity: [policy({ Resource: named }, '2008-10-17')] },
      team,
      'denied by identity-based policy',
    ],
    [
      'a policy without a version is one of the old version',
      session,
      { identity: [policy({ Resource: named })] },
      team,
      'denied by identity-based policy',
    ],
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    [
      'what a bucket grants to a role is limited by its boundary',
      session,
      { identity: [], boundary: [nothing], resource: policy({ Principal: { AWS: ROLE } }) },
      {},
      'denied by permissions boundary',
    ],
    [
      'what a bucket gives to a session does not',
      session,
      { identity: [], boundary: [nothing], resource: policy({ Principal: { AWS: SESSION } }) },
      {},
      'allowed',
    ],
    [
      'what a bucket gives to a user does not',
      user,
      { identity: [], boundary: [nothing], resource: policy({ Principal: { AWS: user.arn } }) },
      {},
      'allowed',
    ],
    [
      'what a bucket grants to everyone is not',
      session,
      { identity: [], boundary: [nothing], resource: policy({ Principal: '*' }) },
      {},
      'allowed',
    ],
    [
      'who has a boundary is denied although he is left out',
      session,
      {
        identity: [full],
        boundary: [full],
        resource: policy({ Effect: 'Deny', NotPrincipal: { AWS: [ROLE, SESSION, root.arn] } }),
      },
      {},
      'denied explicitly by resource-based policy',
    ],
    [
      'who has none is left out',
      session,
      { identity: [full], resource: policy({ Effect: 'Deny', NotPrincipal: { AWS: [ROLE, SESSION, root.arn] } }) },
      {},
      'allowed',
    ],
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session
    [
      'what a bucket grants to a role is limited by the session policy',
      session,
      { identity: [], session: [nothing], resource: policy({ Principal: { AWS: ROLE } }) },
      {},
      'denied by session policy',
    ],
    [
      'what a bucket grants to a session is not limited by its policy',
      session,
      { identity: [], session: [nothing], resource: policy({ Principal: { AWS: SESSION } }) },
      {},
      'allowed',
    ],
    [
      'a policy of a session that denies, denies that, too',
      session,
      {
        identity: [],
        session: [policy({ Effect: 'Deny' })],
        resource: policy({ Principal: { AWS: SESSION } }),
      },
      {},
      'denied explicitly by session policy',
    ],
    // https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
    [
      'a service control policy binds the root of a member',
      root,
      { identity: [], serviceControl: [[full], [nothing]] },
      {},
      'denied by service control policy',
    ],
    [
      'a service control policy does not bind services',
      service,
      { identity: [], serviceControl: [[nothing]], resource: given },
      {},
      'allowed',
    ],
    // https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
    [
      'a resource control policy binds the root of a member',
      root,
      { identity: [], resourceControl: fence({ Action: 's3:Get*' }) },
      {},
      'denied explicitly by resource control policy',
    ],
    // https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_examples.html
    [
      'a resource control policy keeps services away that work for others',
      service,
      { identity: [], resourceControl: fence(foreignService), resource: given },
      { 'aws:PrincipalIsAWSService': 'true', 'aws:SourceOrgID': 'o-theirs' },
      'denied explicitly by resource control policy',
    ],
    [
      'a resource control policy lets services in that work for us',
      service,
      { identity: [], resourceControl: fence(foreignService), resource: given },
      { 'aws:PrincipalIsAWSService': 'true', 'aws:SourceOrgID': 'o-ours' },
      'allowed',
    ],
  ])('%s', (_words, principal, policies, context, expected) => {
    const decision = decide(
      { principal, action: 's3:GetObject', resource: OBJECT, resourceAccountId: ACCOUNT, context },
      policies,
    );
    expect(decision.allowed ? 'allowed' : `denied ${decision.explicit ? 'explicitly ' : ''}by ${decision.by}`).toBe(
      expected,
    );
  });
});
