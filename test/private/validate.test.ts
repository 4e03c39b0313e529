import { spawnSync } from 'node:child_process';
import { Token } from 'aws-cdk-lib';
import { Construct, RootConstruct } from 'constructs';
import * as fc from 'fast-check';
import { fail, validate } from '../../src/private/validate';

const scope = new Construct(new RootConstruct(), 'Here');

function accepts(rule: (scope: Construct, value: string) => string, value: string): boolean {
  try {
    return rule(scope, value) === value;
  } catch {
    return false;
  }
}

/** Text in which what matters is likely: `characters` and nothing else. */
const textOf = (characters: string, maxLength: number) => fc.string({
  unit: fc.constantFrom(...characters), maxLength,
});

test('an error names the construct', () => {
  expect(() => fail(scope, 'the value is wrong')).toThrow('[Here] the value is wrong');
});

test('the stack trace of an error begins with the line of the user', () => {
  let stack = '';
  try {
    validate.email(scope, 'nobody');
  } catch (error) {
    stack = error instanceof Error ? error.stack ?? '' : '';
  }
  expect(stack).toMatch(/^Error: \[Here\] the e-mail must be [^\n]*\n +at [^\n]*validate\.test\.ts/);
});

test('git takes every branch name that is allowed', () => {
  fc.assert(fc.property(textOf('ab/.-_@{~^:?*[ lock', 12), name => {
    fc.pre(accepts(validate.branchName, name));
    expect(spawnSync('git', ['check-ref-format', `refs/heads/${name}`]).status).toBe(0);
  }), { numRuns: 150 });
});

test('a name of words, digits and slashes is a branch name', () => {
  const word = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,10}[a-z0-9]$/).filter(text => !text.endsWith('.lock'));
  fc.assert(fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), words => {
    expect(accepts(validate.branchName, words.join('/'))).toBe(true);
  }));
});

test('an e-mail that is allowed has one @, and nothing that must be quoted', () => {
  const address = fc.stringMatching(/^[a-z]{1,30}(\+[a-z]{1,20})?@([a-z]{1,12}\.){1,2}com$/);
  const nearlyRight = fc.tuple(address, fc.nat(30), textOf('a"\' ,;@\n<', 1)).map(
    ([text, at, more]) => text.slice(0, at) + more + text.slice(at),
  );
  fc.assert(fc.property(nearlyRight, email => {
    if (!accepts(validate.email, email)) return;
    expect(email.split('@')).toHaveLength(2);
    expect(email.length).toBeGreaterThanOrEqual(6);
    expect(email.length).toBeLessThanOrEqual(64);
    expect(email).not.toMatch(/[\s"'<>()\\,;:]/);
  }));
});

test('a mailbox with a plus address is an e-mail', () => {
  const word = fc.stringMatching(/^[a-z0-9]{1,12}$/);
  fc.assert(fc.property(word, word, word, (mailbox, name, domain) => {
    expect(accepts(validate.email, `${mailbox}+${name}@${domain}.example.com`)).toBe(true);
  }));
});

test('an account id is twelve digits, and nothing else is', () => {
  fc.assert(fc.property(fc.oneof(textOf('0123456789', 14), fc.stringMatching(/^\d{12}$/), fc.string()), id => {
    expect(accepts(validate.accountId, id)).toBe(
      id.length === 12 && [...id].every(digit => digit >= '0' && digit <= '9'),
    );
  }));
});

test('a path of units has one to five names, without blanks around them', () => {
  fc.assert(fc.property(textOf('ab /', 14), path => {
    const names = path.split('/');
    const expected = names.length <= 5 && names.every(name => name !== '' && name.trim() === name);
    expect(accepts(validate.organizationalUnit, path)).toBe(expected);
  }));
});

test('what is known only at deployment is let through by every rule', () => {
  const { tags, ...rules } = validate;
  const later = Token.asString({ Ref: 'Later' });
  expect(Object.values(rules).map(rule => rule(scope, later))).toEqual(Object.keys(rules).map(() => later));
  expect(tags(scope, { team: later })).toEqual({ team: later });
});

test.each(['org-environments-pipeline-tools', 'org-environments-baseline', 'CDKToolkit', 'CDKToolkit-two'])(
  'the name %s is reserved for the stacks of this library and of the bootstrap', name => {
    const reserved = name.startsWith('CDK') ? 'CDKToolkit' : 'org-environments-';
    expect(
      () => validate.ownStackName(scope, name),
    ).toThrow(`[Here] the stack name '${name}' begins with '${reserved}', which is reserved for stacks of `
      + 'this library and of the CDK bootstrap: choose another stackName');
  });

test('every rule covers the whole value', () => {
  const { tags, ...rules } = validate;
  const valid = {
    accountId: '123456789012',
    accountName: 'shop',
    email: 'a@example.com',
    environmentName: 'dev',
    organizationId: 'o-exampleorgid',
    roleName: 'Role',
    roleArn: 'arn:aws:iam::123456789012:role/Role',
    stackName: 'stack',
    ownStackName: 'stack',
    externalId: 'id',
    branchName: 'env/dev',
    organizationalUnit: 'ou-ab12-cdefgh34',
    regionOfNewAccounts: 'eu-central-1',
    organizationalUnitId: 'ou-ab12-cdefgh34',
    unitName: 'Test',
    accountAlias: 'shop-test',
    optInRegion: 'eu-south-2',
    stackId: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/alarms/0b2b3f40-0000',
  };
  expect(Object.keys(valid).sort()).toEqual(Object.keys(rules).sort());
  for (const [name, rule] of Object.entries(rules)) {
    const value = valid[name as keyof typeof valid];
    expect(accepts(rule, value)).toBe(true);
    expect(
      [`${value}\n`, `\n${value}`, `${value}\u0000`, `\u00e9\n${value}`].filter(around => accepts(rule, around)),
    ).toEqual([]);
  }
});
