import { readFileSync } from 'node:fs';
import { typeHints } from '../../../cli/output/type-hints';

const { version } = JSON.parse(readFileSync(require.resolve('@aws-cdk/aws-service-spec/package.json'), 'utf8'));
const TABLE = `the table of types of the rehearsal (@aws-cdk/aws-service-spec ${version}) does not have`;

const forType = (...types: readonly string[]): string[] => typeHints([{
  resourceType: 'AWS::CloudFormation::Stack',
  reason: `Template format error: Unrecognized resource types: [${types.join(', ')}]`,
}]);
const forProperty = (resourceType: string, property: string): string[] =>
  typeHints([{ resourceType, reason: `Encountered unsupported property ${property}` }]);

describe('a type that the table does not have', () => {
  test.each([
    ['AWS::SQS::Queu', 'AWS::SQS::Queue'],
    ['AWS::DynamoDb::Table', 'AWS::DynamoDB::Table'],
    ['AWS::EC2::Vpc', 'AWS::EC2::VPC'],
    ['AWS::Lamdba::Function', 'AWS::Lambda::Function'],
    ['AWS::ECS::TasksDefinition', 'AWS::ECS::TaskDefinition'],
  ])('%s is answered with %s, which was probably meant', (type, meant) => {
    expect(forType(type)).toEqual([
      `${TABLE} the type ${type}: did you mean ${meant}? If AWS has it, add --unchecked-type ${type}`,
    ]);
  });

  test('gets a hint without a name if none is near, each once', () => {
    const hint = (type: string): string => `${TABLE} the type ${type}: if AWS has it, add --unchecked-type ${type}`;
    expect(forType('AWS::Newest::Thing', 'AWS::Newest::Other', 'AWS::Newest::Thing'))
      .toEqual([hint('AWS::Newest::Thing'), hint('AWS::Newest::Other')]);
  });
});

describe('a property that the table does not have', () => {
  test.each([
    ['AWS::S3::Bucket', 'BucketNam', 'BucketName'],
    ['AWS::S3::Bucket', 'bucketName', 'BucketName'],
    ['AWS::SQS::Queue', 'VisibilityTimout', 'VisibilityTimeout'],
    ['AWS::IAM::Role', 'Rolename', 'RoleName'],
    ['AWS::Lambda::Function', 'zipFile', 'ZipFile'],
    ['AWS::CloudFront::Distribution', 'ViewerProtocalPolicy', 'ViewerProtocolPolicy'],
    ['AWS::ECS::TaskDefinition', 'MountPoint', 'MountPoints'],
  ])('of %s: %s is answered with %s, also in an object', (type, property, meant) => {
    expect(forProperty(type, property)).toEqual([
      `${TABLE} the property ${property} of ${type}: did you mean ${meant}? If AWS has it, add --unchecked-type `
      + type,
    ]);
  });

  test('gets a hint without a name if none is near', () => {
    expect(forProperty('AWS::S3::Bucket', 'Owner')).toEqual([
      `${TABLE} the property Owner of AWS::S3::Bucket: if AWS has it, add --unchecked-type AWS::S3::Bucket`,
    ]);
    expect(typeHints([{ resourceType: 'AWS::S3::Bucket', reason: 'the bucket exists' }])).toEqual([]);
  });
});
