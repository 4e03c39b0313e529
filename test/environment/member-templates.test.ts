import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stack, Validations } from 'aws-cdk-lib';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import { AwsSolutionsChecks } from 'cdk-nag';
import { BASELINE } from '../../lambda/account/baseline';
import { quickApp } from '../fixtures/app';

interface Report {
  readonly pluginReports: readonly {
    readonly violations: readonly {
      readonly ruleName: string;
      readonly violatingConstructs: readonly { readonly constructPath: string }[];
    }[];
  }[];
}

type Reason = readonly [resource: RegExp, finding: RegExp, reason: string];

const IN_ACCOUNT = 'the resources are created later; the ARN has the account and a prefix of this library';

const OF_BASELINE: readonly Reason[] = [
  // the rule fails, because it does not know NotAction
  [/^ExecutionPolicy$/, /^IAM5$/, 'what applications need is not known; statements deny what they must not reach'],
  [/^ExecutionPolicy$/, /^W2512$/, 'the services of applications are not known, so the others are excluded'],
  [/^Boundary$/, /^IAM5\[(Action|Resource)::/, 'a permissions boundary grants nothing; its statements deny'],
  [/^Plan$/, /^IAM4\[.*ReadOnlyAccess\]$/, 'a plan reads all resources of the application, which are not known'],
  [/^Deployer$/, /^IAM5\[Resource::.*stack\/org-environments-pipeline-\*\/\*\]$/, IN_ACCOUNT],
  [/^Deployer$/, /^IAM5\[Resource::.*cdk-\*-assets-.*\]$/, 'the qualifier of the bootstrap is chosen by the account'],
  [/^DeployerExecution$/, /^IAM5\[Resource::.*(role|rule|log-group:|project)[/:]?org-environments-/, IN_ACCOUNT],
  [/^DeployerExecution$/, /^IAM5\[Resource::.*:codepipeline:.*\]$/, 'a pipeline is named as its environment is'],
  [
    /^DeployerExecution$/, /^IAM5\[Resource::.*:connection\/\*\]$/, 'the connections of apps are not known; RAM shares them',
  ],
  [/^DeployerExecution$/, /^IAM5\[Resource::.*:log-group:\*\]$/, 'DescribeLogGroups has no resource'],
  [/^DeployerExecution$/, /^IAM5\[Action::logs:/, 'CloudFormation also reads settings that it does not change'],
  [/^Clean$/, /^IAM5\[(Action|Resource)::\*\]$/, 'a resource of any type may be left; denials limit the role'],
  [/^ArtifactBucket$/, /^S1$/, 'CloudTrail can record the access to objects; a bucket of logs in each account costs more'],
  [/^ArtifactBucketPolicy$/, /^S10$/, 'the statement TlsOnly requires it; the rule cannot read its resources'],
  [/^$/, /^W8001$/, 'this test resolves the condition'],
];

const BY_CDK = 'the template of `cdk bootstrap` is deployed unchanged';
const OF_BOOTSTRAP: readonly Reason[] = [
  [/^FileAssetsBucketEncryptionKey$/, /^KMS5$/, 'this library never creates this key: it uses that of AWS'],
  [/^StagingBucket$/, /^(S1|S2|W3045)$/, `${BY_CDK}; a parameter blocks public access`],
  [/^LookupRole$/, /^IAM4\[.*ReadOnlyAccess\]$/, `${BY_CDK}; lookups read all kinds of resources`],
  [/^(FilePublishingRoleDefaultPolicy|DeploymentActionRole)$/, /^IAM5\[(Action::(s3|kms):|Resource::)/, BY_CDK],
  [/^ImagePublishingRoleDefaultPolicy$/, /^IAM5\[Resource::\*\]$/, `${BY_CDK}; signing in to ECR has no resource`],
  [/^DeploymentActionRole$/, /^IAM4\[.*AWSCloudFormationReadOnlyAccess\]$/, BY_CDK],
  [/^CdkBoostrapPermissionsBoundaryPolicy$/, /^IAM5\[/, 'not created: the boundary of the baseline is used'],
  [/^CloudFormationExecutionRole$/, /^(IAM4|F3031)$/, 'its policies are a parameter, which the rule cannot read'],
  [/^ContainerAssetsRepository$/, /^W1031$/, 'its name is a parameter, which the rule cannot read'],
  [/^$/, /^(W1001|W2001)$/, BY_CDK],
];

/** Replaces statements that depend on a parameter, which cdk-nag cannot read, by what they are if it is set. */
function withAllStatements(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withAllStatements);
  if (typeof value !== 'object' || value === null) return value;
  const choice = (value as { readonly 'Fn::If'?: readonly unknown[] })['Fn::If'];
  if (choice?.[0] === 'RequireBoundary') return withAllStatements(choice[1]);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withAllStatements(inner)]));
}

/** Returns the findings of cdk-nag and CDK: resource and finding. */
function findingsOf(template: string): (readonly [resource: string, finding: string])[] {
  const outdir = mkdtempSync(join(tmpdir(), 'member-'));
  const printed = jest.spyOn(console, 'error').mockImplementation();
  try {
    const templateFile = join(outdir, 'member.json');
    writeFileSync(templateFile, template);
    const app = quickApp({ outdir, builtinCloudFormationValidation: true });
    new CfnInclude(new Stack(app, 'Member'), 'Included', { templateFile });
    Validations.of(app).addPlugins(new AwsSolutionsChecks());
    expect(() => app.synth()).toThrow('validation-report.json');
    const { pluginReports } = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')) as Report;
    return pluginReports.flatMap(({ violations }) => violations).flatMap(
      ({ ruleName, violatingConstructs }) => violatingConstructs.map(({ constructPath }) => [
        constructPath.split('/')[2] ?? '', ruleName.replace('AwsSolutions-', ''),
      ] as const),
    );
  } finally {
    printed.mockRestore();
    rmSync(outdir, { recursive: true });
  }
}

test.each([
  ['baseline', JSON.stringify(withAllStatements(BASELINE)), OF_BASELINE],
  [
    'bootstrap',
    readFileSync(join(__dirname, '../../lib/lambda/account/bootstrap-template.json'), 'utf8'),
    OF_BOOTSTRAP,
  ],
])('cdk-nag and CDK find nothing in the template of the %s that has no reason', (_name, template, reasons) => {
  const found = findingsOf(template);
  const isFor = ([resource, finding]: readonly [string, string]) => ([of, which]: Reason) =>
    of.test(resource) && which.test(finding);
  expect(found.filter(entry => !reasons.some(isFor(entry)))).toEqual([]);
  // a reason without a finding is out of date
  expect(reasons.filter(reason => !found.some(entry => isFor(entry)(reason)))).toEqual([]);
});
