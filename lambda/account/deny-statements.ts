import { NAMES } from '../../src/private/contract';

export interface Statement {
  readonly 'Sid': string;
  readonly 'Effect': 'Allow' | 'Deny';
  readonly 'Action'?: string | readonly string[];
  readonly 'NotAction'?: readonly string[];
  readonly 'Resource': unknown;
  readonly 'Condition'?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly 'Fn::If'?: undefined;
}

/** A statement that depends on a parameter of the template. */
export interface ConditionalStatement extends Partial<Record<Exclude<keyof Statement, 'Fn::If'>, undefined>> {
  readonly 'Fn::If': readonly [condition: string, statement: Statement, otherwise: object];
}

const sub = (text: string) => ({ 'Fn::Sub': text });
const CHANGE_ROLE = [
  'Add*',
  'Attach*',
  'Create*',
  'Delete*',
  'Detach*',
  'Put*',
  'Set*',
  'Tag*',
  'Untag*',
  'Update*',
].map(action => `iam:${action}`);

const BOOTSTRAP_ROLES = 'role/cdk-*-role-${AWS::AccountId}-*';
const OTHER_ROLES = ['role/${AccessRoleName}', 'role/org-environments-*'];
const iamHere = (names: readonly string[]) =>
  names.map(name => sub(`arn:\${AWS::Partition}:iam::\${AWS::AccountId}:${name}`));

const deny = (Sid: string, Action: readonly string[], Resource: unknown): Statement => ({
  Sid,
  Effect: 'Deny',
  Action,
  Resource,
});

const DENY_STATEMENTS = [
  deny('AccessRoles', CHANGE_ROLE, iamHere([...OTHER_ROLES, BOOTSTRAP_ROLES, 'policy/org-environments-*'])),
  deny(
    'Bootstrap',
    ['Cancel*', 'Continue*', 'Create*', 'Delete*', 'Execute*', 'Rollback*', 'Set*', 'Update*'].map(
      action => `cloudformation:${action}`,
    ),
    [
      'CDKToolkit', 'CDKToolkit-*', NAMES.baselineStack, NAMES.accountBaselineStack, `${NAMES.pipelineStackPrefix}*`,
    ].map(name =>
      sub(`arn:\${AWS::Partition}:cloudformation:*:\${AWS::AccountId}:stack/${name}/*`),
    ),
  ),
  deny(
    'BootstrapResources',
    [
      's3:DeleteBucket*',
      's3:PutBucket*',
      's3:PutEncryptionConfiguration',
      's3:PutLifecycleConfiguration',
      'ecr:DeleteRepository*',
      'ecr:SetRepositoryPolicy',
      'ssm:DeleteParameter*',
      'ssm:PutParameter',
    ],
    [
      's3:::cdk-*-assets-${AWS::AccountId}-*',
      'ecr:*:${AWS::AccountId}:repository/cdk-*-container-assets-*',
      'ssm:*:${AWS::AccountId}:parameter/cdk-bootstrap/*',
    ].map(name => sub(`arn:\${AWS::Partition}:${name}`)),
  ),
  // otherwise a build could replace the artifact of another commit, which would be deployed after its approval
  deny('Artifacts', ['s3:*'], [sub(`arn:\${AWS::Partition}:s3:::${NAMES.artifactBucketPrefix}\${AWS::AccountId}-*`)]),
  deny('Trail', ['LookupEvents', 'StopEventDataStoreIngestion', 'StopLogging'].map(name => `cloudtrail:${name}`), '*'),
  deny('LeaveOrganization', ['account:CloseAccount', 'organizations:LeaveOrganization'], '*'),
  deny(
    'Builds',
    // a sandbox has the role of its project, as a build has
    ['BatchGetBuilds', 'Create*', 'Delete*', 'Retry*', 'Start*', 'Stop*', 'Update*'].map(
      action => `codebuild:${action}`,
    ),
    [sub(`arn:\${AWS::Partition}:codebuild:*:\${AWS::AccountId}:project/${NAMES.buildProjectPrefix}*`)],
  ),
  // IAM evaluates stages and actions with the tags of their pipeline; applications may have pipelines of their own
  {
    ...deny(
      'Pipeline',
      [
        'Delete*',
        'Disable*',
        'Enable*',
        'ListActionExecutions',
        'Override*',
        'Put*',
        'Retry*',
        'Rollback*',
        'Start*',
        'Stop*',
        'Tag*',
        'Untag*',
        'Update*',
      ].map(action => `codepipeline:${action}`),
      '*',
    ),
    Condition: { Null: { [`aws:ResourceTag/${NAMES.pipelineTag}`]: 'false' } },
  },
  deny(
    'Events',
    ['Delete*', 'Disable*', 'Put*', 'Remove*'].map(action => `events:${action}`),
    [sub(`arn:\${AWS::Partition}:events:*:\${AWS::AccountId}:rule/${NAMES.pipelineRolePrefix}*`)],
  ),
];

/** Denies changes to access roles, bootstrap, baseline and pipeline. */
export function denyStatements(passing: 'bootstrap roles may be passed' | 'no role may be passed'): Statement[] {
  const names = passing === 'no role may be passed' ? [...OTHER_ROLES, BOOTSTRAP_ROLES] : OTHER_ROLES;
  return [...DENY_STATEMENTS, deny('PassRoles', ['iam:PassRole'], iamHere(names))];
}

/** The condition of the template with which applications create roles and users only with the boundary. */
export const REQUIRE_BOUNDARY = 'RequireBoundary';

const ifRequired = (statement: Statement): ConditionalStatement => ({
  'Fn::If': [REQUIRE_BOUNDARY, statement, { Ref: 'AWS::NoValue' }],
});

/** Denies roles and users without the boundary, so that no role of an application can do what the boundary denies. */
export const BOUNDED_IDENTITIES: readonly ConditionalStatement[] = [
  ifRequired({
    ...deny(
      'Boundary',
      ['Role', 'User'].flatMap(kind => [
        `iam:Create${kind}`, `iam:Put${kind}PermissionsBoundary`, `iam:Attach${kind}Policy`, `iam:Put${kind}Policy`,
      ]),
      '*',
    ),
    // also if there is no boundary
    Condition: { ArnNotLike: { 'iam:PermissionsBoundary': iamHere([`policy/${NAMES.boundaryPolicy}-*`]) } },
  }),
  ifRequired(
    deny('NoBoundary', ['iam:DeleteRolePermissionsBoundary', 'iam:DeleteUserPermissionsBoundary'], '*'),
  ),
  ifRequired(
    deny(
      'Trails',
      [
        'DeleteEventDataStore', 'DeleteTrail', 'PutEventSelectors', 'PutInsightSelectors', 'UpdateEventDataStore',
        'UpdateTrail',
      ].map(name => `cloudtrail:${name}`),
      '*',
    ),
  ),
];
