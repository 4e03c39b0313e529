import { readParameters } from '../../../../rehearsal/services/cloudformation/parameters';
import { checkRules } from '../../../../rehearsal/services/cloudformation/rules';
import { parseTemplate } from '../../../../rehearsal/services/cloudformation/template';

const PARAMETERS = {
  Size: { Type: 'String', Default: 'small' },
  Count: { Type: 'Number', Default: 3 },
  Zones: { Type: 'CommaDelimitedList', Default: 'a,b' },
  None: { Type: 'CommaDelimitedList', Default: '' },
  Secret: { Type: 'String', Default: 'hush', NoEcho: true },
};

function check(rules: unknown): void {
  const template = parseTemplate(
    JSON.stringify({ Parameters: PARAMETERS, Rules: rules, Resources: { A: { Type: 'T' } } }),
  );
  checkRules(
    template,
    readParameters(template, {}, {}, () => undefined),
    { accountId: '111122223333', region: 'eu-west-1', name: 'stack', partition: 'aws' },
  );
}

const asserting = (Assert: unknown): object => ({ Rule: { Assertions: [{ Assert, AssertDescription: 'described' }] } });
const YES = { 'Fn::Equals': [{ Ref: 'Size' }, 'small'] };
const NO = { 'Fn::Equals': [{ Ref: 'Size' }, 'large'] };

test.each<[string, unknown]>([
  ['Fn::Equals', YES],
  ['Fn::Equals of a number', { 'Fn::Equals': [{ Ref: 'Count' }, 3] }],
  ['Fn::Equals of the region', { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] }],
  ['Fn::And', { 'Fn::And': [YES, { 'Fn::Not': [NO] }] }],
  ['Fn::Or', { 'Fn::Or': [NO, YES] }],
  ['Fn::Not', { 'Fn::Not': [NO] }],
  ['Fn::Contains', { 'Fn::Contains': [['tiny', { Ref: 'Size' }], 'small'] }],
  ['Fn::Contains of a list parameter', { 'Fn::Contains': [{ Ref: 'Zones' }, 'b'] }],
  ['Fn::Contains of an empty list parameter', { 'Fn::Contains': [{ Ref: 'None' }, ''] }],
  ['Fn::EachMemberEquals', { 'Fn::EachMemberEquals': [['small', 'small'], { Ref: 'Size' }] }],
  ['Fn::EachMemberIn', { 'Fn::EachMemberIn': [{ Ref: 'Zones' }, ['a', 'b', 'c']] }],
])('a rule that is true by %s is accepted, and its opposite is not', (_name, assertion) => {
  expect(() => check(asserting(assertion))).not.toThrow();
  expect(() => check(asserting({ 'Fn::Not': [assertion] }))).toThrow(
    /^Template error: rule Rule does not hold.*: described$/,
  );
});

test('a failed assertion is reported with its description and values, without secrets', () => {
  expect(() => check(asserting({ 'Fn::And': [YES, { 'Fn::EachMemberIn': [{ Ref: 'Zones' }, ['a']] }] })))
    .toThrow("Template error: rule Rule does not hold as Size is 'small' and Zones is 'a,b': described");
  expect(() => check({ Rule: { Assertions: [{ Assert: { 'Fn::Equals': [{ Ref: 'Secret' }, 'x'] } }] } })).toThrow(
    /^Template error: rule Rule does not hold$/,
  );
});

test('assertions apply only if the condition of their rule is true, and then all of them', () => {
  const Assertions = [{ Assert: YES }, { Assert: NO }];
  expect(() => check({ Rule: { RuleCondition: NO, Assertions } })).not.toThrow();
  expect(() => check({ Rule: { RuleCondition: YES, Assertions } })).toThrow('rule Rule does not hold');
});

test.each<[string, unknown, string]>([
  [
    'functions that are none of rules',
    { 'Fn::Equals': [{ 'Fn::Sub': 'x' }, { 'Fn::If': ['C', 'x', 'y'] }] },
    'Template format error: Following functions are not supported in the Rules block of the '
      + 'template: [Fn::Sub, Fn::If]',
  ],
  ['a condition', { Condition: 'Yes' }, 'not supported in the Rules block of the template: [Condition]'],
  [
    'a resource',
    { 'Fn::Equals': [{ Ref: 'A' }, 'x'] },
    'Unresolved dependencies [A]. Cannot reference resources in the Rules block of the template',
  ],
  [
    'needs data of the account',
    { 'Fn::Contains': [{ 'Fn::RefAll': 'AWS::EC2::VPC::Id' }, 'x'] },
    'the rehearsal does not evaluate Fn::RefAll in Rules',
  ],
  [
    'the stack itself',
    { 'Fn::Equals': [{ Ref: 'AWS::StackId' }, 'x'] },
    'the rehearsal does not evaluate AWS::StackId in Rules',
  ],
])('a rule over %s is rejected', (_name, assertion, message) => {
  expect(() => check(asserting(assertion))).toThrow(message);
});

test('the short forms of YAML are supported in rules', () => {
  const template = parseTemplate(
    'Rules: { R: { Assertions: [{ Assert: !Not [!Contains [[x], !Ref "AWS::Region"]] }] } '
      + '}\nResources: { A: { Type: T } }',
  );
  expect(template.Rules.R.Assertions[0].Assert).toEqual({
    'Fn::Not': [{ 'Fn::Contains': [['x'], { Ref: 'AWS::Region' }] }],
  });
});
