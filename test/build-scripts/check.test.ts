import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { differencesOf, summaryOf } from '../../lambda/build-scripts/differences';
import {
  guardFindings, nagFindings, nagTableFindings, validationFindings,
} from '../../lambda/build-scripts/policy-findings';
import { checkCommand, outputsCommand } from '../../src/pipeline/scripts';

const DIFF = `Stack Shop (aws://111111111111/eu-west-1)
IAM Statement Changes
┌───┬──────────┬────────┬──────────────┬─────────────┬───────────┐
│   │ Resource │ Effect │ Action       │ Principal   │ Condition │
├───┼──────────┼────────┼──────────────┼─────────────┼───────────┤
│ + │ *        │ Allow  │ s3:GetObject │ AWS:\${Role} │           │
└───┴──────────┴────────┴──────────────┴─────────────┴───────────┘
Security Group Changes
┌───┬───────────────┬─────┬──────────┬─────────────────┐
│   │ Group         │ Dir │ Protocol │ Peer            │
├───┼───────────────┼─────┼──────────┼─────────────────┤
│ + │ \${Sg.GroupId} │ In  │ TCP 443  │ Everyone (IPv4) │
└───┴───────────────┴─────┴──────────┴─────────────────┘
(NOTE: There may be security-related changes not in this list. See https://github.com/aws/aws-cdk/issues/1299)

Resources
[-] AWS::SSM::Parameter OldF7E39C65 destroy
[+] AWS::SQS::Queue Orders OrdersA9B65338
[+] AWS::EC2::SecurityGroup Sg Sg
[~] AWS::S3::Bucket Pictures Pictures8CDD258B replace
 └─ [~] BucketName (requires replacement)
     ├─ [-] pictures-1
     └─ [+] pictures-2

Stack Same (aws://111111111111/eu-west-1)
There were no differences

✨  Number of stacks with differences: 1
`;

const VALIDATION = {
  pluginReports: [
    {
      pluginName: 'CloudFormation Validate',
      conclusion: 'success',
      violations: [
        {
          ruleName: 'E1151',
          description: "VpcId: 'vpc-1' does not match its format",
          severity: 'warning',
          violatingConstructs: [{ constructPath: 'Shop/Sg' }],
        },
        {
          ruleName: 'W2001',
          description: 'a parameter is not used',
          severity: 'warning',
          violatingConstructs: [{ constructPath: 'Shop' }],
        },
      ],
    },
    {
      pluginName: 'Company',
      conclusion: 'failure',
      violations: [
        {
          ruleName: 'NO_QUEUES',
          severity: 'error',
          suggestedFix: 'use a topic',
          violatingConstructs: [{ cloudFormationResource: { logicalId: 'Orders' } }],
        },
      ],
    },
    { pluginName: 'Broken', conclusion: 'failure', violations: [] },
  ],
};

describe('what would change', () => {
  const [shop, same] = differencesOf(DIFF);

  test('are listed by stack, with separate tables of permissions and security groups', () => {
    expect(shop).toMatchObject({ stack: 'Shop', added: 2, changed: 1, removed: 1 });
    expect(shop?.security.split('\n').filter(line => line.includes('+'))).toEqual([
      expect.stringContaining('s3:GetObject'),
      expect.stringContaining('TCP 443'),
    ]);
    expect(shop?.security).not.toContain('NOTE');
    expect(same).toEqual({
      stack: 'Same',
      text: 'There were no differences',
      security: '',
      added: 0,
      changed: 0,
      removed: 0,
      lost: [],
    });
  });

  test('names what is replaced or deleted', () => {
    expect(shop?.lost).toEqual([
      'AWS::SSM::Parameter OldF7E39C65 destroy',
      'AWS::S3::Bucket Pictures Pictures8CDD258B replace',
    ]);
  });

  test('are summarised for the approval, permissions first', () => {
    expect(summaryOf(differencesOf(DIFF))).toBe(
      'Changes of permissions or security groups in Shop. Replaced or deleted: AWS::SSM::Parameter OldF7E39C65 '
        + 'destroy, AWS::S3::Bucket Pictures Pictures8CDD258B replace. Shop: 2 added, 1 changed, 1 removed.',
    );
    expect(summaryOf(differencesOf('Stack Same\nThere were no differences\n'))).toBe('No resource changes.');
  });

  test('is cut to the 700 characters that CodePipeline shows', () => {
    const many = Array.from(
      { length: 100 },
      (_, i) => `Stack Stack${i}\nResources\n[+] AWS::SQS::Queue Queue Queue\n`,
    ).join('\n');
    expect(summaryOf(differencesOf(many))).toHaveLength(700);
  });
});

describe('the findings of a check', () => {
  test('include what the validation of CDK reports as a warning although CloudFormation rejects it', () => {
    expect(validationFindings(VALIDATION)).toEqual([
      {
        source: 'CloudFormation Validate',
        rule: 'E1151',
        location: 'Shop/Sg',
        message: "VpcId: 'vpc-1' does not match its format",
      },
      { source: 'Company', rule: 'NO_QUEUES', location: 'Orders', message: 'use a topic' },
      { source: 'Broken', rule: 'validation', location: 'the app', message: 'the validation failed' },
    ]);
  });

  test('of cdk-nag is an error that is not suppressed, in either of its formats', () => {
    const found = [
      { source: 'cdk-nag', rule: 'AwsSolutions-S1', location: 'Shop/Pictures', message: 'The bucket has no "logs"' },
    ];
    const line = {
      ruleId: 'AwsSolutions-S1',
      resourceId: 'Shop/Pictures',
      compliance: 'Non-Compliant',
      ruleLevel: 'Error',
      ruleInfo: 'The bucket has no "logs"',
    };
    expect(
      nagFindings({
        lines: [
          line,
          { ...line, compliance: 'Suppressed' },
          { ...line, compliance: 'Compliant' },
          { ...line, ruleLevel: 'Warning' },
        ],
      }),
    ).toEqual(found);
    expect(
      nagTableFindings(
        'Rule ID,Resource ID,Compliance,Exception Reason,Rule Level,Rule Info\n'
          + '"AwsSolutions-S1","Shop/Pictures","Non-Compliant","N/A","Error","The bucket has no ""logs"""\n'
          + '"AwsSolutions-S1","Shop/Other","Suppressed","known","Error","x"\n',
      ),
    ).toEqual(found);
  });

  test('of Guard have the rule, the template, the resource and the message of the rule', () => {
    expect(
      guardFindings([
        {
          name: '/build/cdk.out/Shop.template.json',
          not_compliant: [
            {
              Rule: {
                name: 'BUCKETS_ENCRYPTED',
                messages: { custom_message: null },
                checks: [
                  {
                    Clause: {
                      Unary: {
                        check: { UnResolved: { value: { traversed_to: { path: '/Resources/Pictures/Properties' } } } },
                        messages: { custom_message: 'encrypt it' },
                      },
                    },
                  },
                ],
              },
            },
          ],
        },
        { name: 'Other.template.json', not_compliant: [] },
      ]),
    ).toEqual([
      { source: 'Guard', rule: 'BUCKETS_ENCRYPTED', location: 'Shop.template.json Pictures', message: 'encrypt it' },
    ]);
  });
});

describe('the command', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'check-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function check(files: Record<string, object | string>) {
    for (const [name, content] of Object.entries({ 'diff.txt': DIFF, 'cdk.out/manifest.json': {}, ...files })) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
    }
    return spawnSync('sh', ['-c', checkCommand()], { cwd: folder, encoding: 'utf8', env: { PATH: process.env.PATH } });
  }

  test('shows changes of permissions before all others, and writes a summary', () => {
    const { status, stdout } = check({});
    expect(status).toBe(0);
    expect(stdout.indexOf('Security-relevant changes')).toBeLessThan(stdout.indexOf('All changes'));
    expect(stdout.slice(0, stdout.indexOf('All changes'))).toMatch(/Stack Shop\nIAM Statement Changes/);
    expect(readFileSync(join(folder, 'summary.txt'), 'utf8')).toMatch(
      /^Changes of permissions or security groups in Shop\. /,
    );
  });

  test('fails on findings wherever in the assembly, and says what to do', () => {
    const { status, stdout, stderr } = check({ 'cdk.out/assembly-Prod/validation-report.json': VALIDATION });
    expect(status).toBe(1);
    expect(stdout).toContain("CloudFormation Validate: E1151 in Shop/Sg: VpcId: 'vpc-1' does not match its format");
    expect(stderr).toContain('3 policy findings: fix them in the app, or acknowledge each there with a reason');
  });

  test('fails if it cannot parse the output of cdk diff, and writes no summary', () => {
    const { status, stdout, stderr } = check({ 'diff.txt': '── Shop ──\n+ AWS::IAM::User Admin\n' });
    expect(status).toBe(1);
    expect(stdout).toContain('+ AWS::IAM::User Admin');
    expect(stderr).toContain(
      "cannot parse the output of 'cdk diff' above: it has no line 'Stack <name>'; update cdk-org-environments, "
        + 'which supports other versions of the CDK command line',
    );
    expect(existsSync(join(folder, 'summary.txt'))).toBe(false);
  });

  test('fails on broken Guard rules', () => {
    expect(
      check({ 'guard.json': [{ name: 'Shop.template.json', not_compliant: [{ Rule: { name: 'R' } }] }] }).stdout,
    ).toContain('Guard: R in Shop.template.json');
  });
});

test('the outputs of stacks become variables, whatever is in them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'outputs-'));
  try {
    const file = join(folder, 'outputs.json');
    writeFileSync(file, JSON.stringify({ 'Prod-Shop': { Url: "it's $HOME `x`" } }));

    const printed = execFileSync('sh', ['-c', `${outputsCommand()}; printf %s "$Prod_Shop_Url"`], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, STACK_OUTPUTS: file },
    });
    expect(printed).toBe("it's $HOME `x`");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
