import { resolve, type Scope } from '../../../../rehearsal/services/cloudformation/intrinsics';
import { readParameters } from '../../../../rehearsal/services/cloudformation/parameters';
import { references } from '../../../../rehearsal/services/cloudformation/references';
import { parseTemplate } from '../../../../rehearsal/services/cloudformation/template';

const scope: Scope = {
  mappings: { Sizes: { eu: { small: 't3' } } },
  ref: name => ({ 'Bucket': 'my-bucket', 'AWS::Region': 'eu-west-1', 'List': ['a', 'b'] })[name],
  attribute: (logicalId, name) => `${logicalId}/${name}`,
  condition: name => name === 'Yes',
  importValue: name => `imported ${name}`,
  stackOutput: ({ stackName, outputName, region, roleArn }) => [stackName, outputName, region, roleArn].join(' '),
  guessedType: logicalId => logicalId === 'Db' ? 'AWS::RDS::DBInstance' : undefined,
  dynamicReference: (_service, key) => `secret of ${key}`,
};

test.each<[string, unknown, unknown]>([
  ['Ref', { Ref: 'Bucket' }, 'my-bucket'],
  ['GetAtt as a list', { 'Fn::GetAtt': ['Db', 'Endpoint.Address'] }, 'Db/Endpoint.Address'],
  ['GetAtt as text', { 'Fn::GetAtt': 'Db.Endpoint.Address' }, 'Db/Endpoint.Address'],
  [
    'Sub',
    { 'Fn::Sub': '${Bucket} in ${AWS::Region}, ${Db.Arn}, ${!Literal}' },
    'my-bucket in eu-west-1, Db/Arn, ${Literal}',
  ],
  ['Sub with variables', { 'Fn::Sub': ['${One}-${Bucket}', { One: { Ref: 'AWS::Region' } }] }, 'eu-west-1-my-bucket'],
  ['Join', { 'Fn::Join': ['-', ['a', { Ref: 'Bucket' }]] }, 'a-my-bucket'],
  ['Join of a list parameter', { 'Fn::Join': ['+', { Ref: 'List' }] }, 'a+b'],
  ['Select and Split', { 'Fn::Select': [1, { 'Fn::Split': ['-', { Ref: 'Bucket' }] }] }, 'bucket'],
  ['If', [{ 'Fn::If': ['Yes', 1, 2] }, { 'Fn::If': ['No', 1, 2] }], [1, 2]],
  [
    'NoValue in a list and in an object',
    { a: [1, { Ref: 'AWS::NoValue' }], b: { 'Fn::If': ['No', 1, { Ref: 'AWS::NoValue' }] } },
    { a: [1] },
  ],
  ['FindInMap', { 'Fn::FindInMap': ['Sizes', 'eu', 'small'] }, 't3'],
  ['Base64', { 'Fn::Base64': 'abc' }, 'YWJj'],
  ['GetAZs', { 'Fn::GetAZs': '' }, ['eu-west-1a', 'eu-west-1b', 'eu-west-1c']],
  ['ImportValue', { 'Fn::ImportValue': { 'Fn::Sub': '${Bucket}-x' } }, 'imported my-bucket-x'],
  [
    'GetStackOutput',
    { 'Fn::GetStackOutput': { StackName: { Ref: 'Bucket' }, OutputName: 'Url', Region: 'eu-north-1', RoleArn: 'arn' } },
    'my-bucket Url eu-north-1 arn',
  ],
  [
    'And, Or, Not and Equals',
    { 'Fn::And': [{ Condition: 'Yes' }, { 'Fn::Not': [{ 'Fn::Equals': ['a', 'b'] }] }] },
    true,
  ],
  ['a dynamic reference', 'x{{resolve:ssm:/name:3}}', 'xsecret of /name:3'],
  [
    'a dynamic reference that is joined',
    { 'Fn::Join': ['', ['{{resolve:ssm:/of/', { Ref: 'Bucket' }, '}}']] },
    'secret of /of/my-bucket',
  ],
  [
    'a dynamic reference that is substituted',
    { 'Fn::Sub': 'x{{resolve:ssm:/of/${Bucket}:3}}' },
    'xsecret of /of/my-bucket:3',
  ],
  [
    'a policy with a condition',
    { Condition: { StringEquals: { a: 'b' } } },
    { Condition: { StringEquals: { a: 'b' } } },
  ],
])('%s is resolved', (_name, value, expected) => {
  expect(resolve(value, scope)).toEqual(expected);
});

test('a missing index of Fn::Select and an unknown function are rejected', () => {
  expect(() => resolve({ 'Fn::Select': [5, ['a']] }, scope)).toThrow(
    'Fn::Select cannot select nonexistent value at index 5',
  );
  expect(() =>
    resolve({ 'Fn::Select': [1, { 'Fn::Split': [',', { 'Fn::GetAtt': ['Db', 'Zones'] }] }] }, scope),
  ).toThrow(
    'Fn::Select cannot select nonexistent value at index 1; the rehearsal only guesses the attribute '
      + "'Zones' of 'Db' (AWS::RDS::DBInstance)",
  );
  expect(() => resolve({ 'Fn::GetStackOutput': { OutputName: 'Url' } }, scope)).toThrow(
    'Fn::GetStackOutput needs StackName and OutputName',
  );
  expect(() => resolve({ 'Fn::Unknown': 1 }, scope)).toThrow('the rehearsal does not support the function Fn::Unknown');
});

test('references are found in Ref, GetAtt and Sub, without pseudo parameters and variables', () => {
  const value = {
    a: { Ref: 'A' },
    b: [{ 'Fn::GetAtt': ['B', 'Arn'] }],
    c: { 'Fn::Sub': ['${C.Arn} ${v} ${AWS::Region} ${!X}', { v: { Ref: 'D' } }] },
  };
  expect(references(value).sort()).toEqual(['A', 'B', 'C', 'D']);
});

test('YAML with short forms gives the same template as JSON', () => {
  const template = parseTemplate([
    'Conditions: { Eu: !Equals [!Ref "AWS::Region", eu-west-1] }',
    'Resources:',
    '  Queue: { Type: AWS::SQS::Queue }',
    '  Topic:',
    '    Type: AWS::SNS::Topic',
    '    Properties:',
    '      TopicName: !Sub "${Queue.QueueName}-x"',
    '      Arn: !GetAtt Queue.Arn',
    '      Names: !If [Eu, !Join [",", [!Ref Queue, b]], !Ref "AWS::NoValue"]',
    '      Map: !Sub ["${a}", { a: !Ref Queue }]',
  ].join('\n'));
  expect(template.Conditions.Eu).toEqual({ 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] });
  expect(template.Resources.Topic.Properties).toEqual({
    TopicName: { 'Fn::Sub': '${Queue.QueueName}-x' },
    Arn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
    Names: { 'Fn::If': ['Eu', { 'Fn::Join': [',', [{ Ref: 'Queue' }, 'b']] }, { Ref: 'AWS::NoValue' }] },
    Map: { 'Fn::Sub': ['${a}', { a: { Ref: 'Queue' } }] },
  });
});

const TOPIC = { Type: 'AWS::SNS::Topic' };
const many = (count: number, value: unknown): object =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`Name${index}`, value]));

test.each<[string, unknown, string]>([
  ['no resources', { Resources: {} }, 'At least one Resources member must be defined'],
  [
    'an unknown reference',
    { Resources: { A: { Type: 'T', Properties: { x: { Ref: 'Nowhere' } } } } },
    'Unresolved resource dependencies [Nowhere] in the Resources block',
  ],
  [
    'a macro',
    { Transform: 'AWS::Serverless-2016-10-31', Globals: {}, Resources: { A: { Type: 'T' } } },
    'the rehearsal does not support macros',
  ],
  [
    'a macro as a section',
    { 'Fn::Transform': { Name: 'AWS::Include' }, 'Resources': { A: { Type: 'T' } } },
    'the rehearsal does not support macros',
  ],
  [
    'more than 1000000 bytes',
    { Metadata: { long: 'ä'.repeat(500_000) }, Resources: { A: TOPIC } },
    'Template may not exceed 1000000 bytes in size.',
  ],
  [
    'more than 200 parameters',
    { Parameters: many(201, { Type: 'String' }), Resources: { A: TOPIC } },
    'Parameter count 201 is greater than max allowed 200',
  ],
  [
    'more than 200 outputs',
    { Resources: { A: TOPIC }, Outputs: many(201, { Value: '' }) },
    'Number of outputs, 201, is greater than maximum allowed, 200',
  ],
  [
    'a resource of another name than letters and digits',
    { Resources: { A_b: TOPIC } },
    'Template format error: Resource name A_b is non alphanumeric.',
  ],
  [
    'such a parameter',
    { Parameters: { 'a-b': { Type: 'String' } }, Resources: { A: TOPIC } },
    'Template format error: Parameter name a-b is non alphanumeric.',
  ],
  [
    'such an output',
    { Resources: { A: TOPIC }, Outputs: { 'a b': { Value: '' } } },
    'Template format error: Output name a b is non alphanumeric.',
  ],
  [
    'unknown sections',
    { Resources: { A: TOPIC }, outputs: {}, Tests: {} },
    'Invalid template property or properties [outputs, Tests]',
  ],
  [
    'null as a property',
    { Resources: { A: { ...TOPIC, Properties: { x: null } } } },
    "[/Resources/A/Properties/x] 'null' values are not allowed in templates",
  ],
  [
    'null deep in a property',
    { Resources: { A: { ...TOPIC, Properties: { x: [0, { y: null }] } } } },
    '[/Resources/A/Properties/x/1/y]',
  ],
  [
    'null as all properties',
    { Resources: { A: { ...TOPIC, Properties: null } } },
    "[/Resources/A/Properties] 'null' values",
  ],
  [
    'null as a dependency',
    { Resources: { A: { ...TOPIC, DependsOn: [null] } } },
    "[/Resources/A/DependsOn/0] 'null' values",
  ],
  [
    'null in a mapping',
    { Mappings: { Sizes: { eu: { small: null } } }, Resources: { A: TOPIC } },
    "[/Mappings/Sizes/eu/small] 'null' values",
  ],
])('a template with %s is rejected', (_name, template, message) => {
  expect(() => parseTemplate(JSON.stringify(template))).toThrow(message);
});

test('a template with all sections, 200 parameters and outputs, and null in its metadata is accepted', () => {
  const template = {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: 'all',
    Metadata: { a: null },
    Parameters: many(200, { Type: 'String' }),
    Rules: {},
    Mappings: {},
    Conditions: {},
    Hooks: {},
    Resources: { A: { ...TOPIC, Metadata: { a: null } } },
    Outputs: many(200, { Value: '' }),
  };
  expect(parseTemplate(JSON.stringify(template)).Resources.A.Type).toBe(TOPIC.Type);
});

describe('parameters', () => {
  const template = parseTemplate(JSON.stringify({
    Parameters: {
      Name: { Type: 'String', AllowedPattern: '[a-z]+', Default: 'abc' },
      Size: { Type: 'Number', Default: 3, MaxValue: 5 },
      Kind: { Type: 'String', AllowedValues: ['x', 'y'] },
      Names: { Type: 'CommaDelimitedList', Default: 'a, b' },
      Stored: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/known' },
      Secret: { Type: 'String', NoEcho: true, Default: 's' },
    },
    Resources: { A: { Type: 'T' } },
  }));
  const ssm = (name: string): string | undefined => name === '/known' ? 'stored' : undefined;

  test('accept defaults, lists and values of the parameter store', () => {
    const values = readParameters(template, { Kind: 'x' }, {}, ssm);
    expect(Object.fromEntries(Object.entries(values).map(([name, { value }]) => [name, value]))).toEqual({
      Name: 'abc', Size: '3', Kind: 'x', Names: ['a', 'b'], Stored: 'stored', Secret: 's',
    });
    expect(values.Secret.secret).toBe(true);
  });

  test('keep their previous value if requested', () => {
    const before = readParameters(template, { Kind: 'y' }, {}, ssm);
    expect(readParameters(template, { Kind: { previous: true } }, before, ssm).Kind.value).toBe('y');
  });

  test.each<[Record<string, string>, string]>([
    [{}, 'Parameters: [Kind] must have values'],
    [{ Kind: 'x', Other: '1' }, 'Parameters: [Other] do not exist in the template'],
    [{ Kind: 'z' }, "Parameter 'Kind' must be one of AllowedValues"],
    [{ Kind: 'x', Name: 'ABC' }, "Parameter 'Name' must match pattern [a-z]+"],
    [{ Kind: 'x', Size: '9' }, "Parameter 'Size' must be a number not greater than 5"],
    [{ Kind: 'x', Stored: '/unknown' }, 'Unable to fetch parameters [/unknown] from parameter store'],
  ])('%j is rejected', (given, message) => {
    expect(() => readParameters(template, given, {}, ssm)).toThrow(message);
  });
});
