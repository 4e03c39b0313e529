/** How the API of a service is called. */
export type ApiService =
  | { readonly protocol: 'json'; readonly version: '1.0' | '1.1'; readonly target: string } & Endpoint
  | { readonly protocol: 'query' | 'ec2'; readonly version: string } & Endpoint
  | { readonly protocol: 'rest-json' | 'rest-xml' } & Endpoint;

interface Endpoint {
  /** First part of the host name. */
  readonly host: string;
  /** Name in the signature. @default - `host` */
  readonly signs?: string;
  /** Whether the service has one endpoint, without a region, in the main region of the partition. */
  readonly isGlobal?: true;
  /** Whether the id of the account is in the host name and in a header. */
  readonly isOfAccount?: true;
}

const json = (host: string, target: string, more: Partial<Endpoint> = {}, version: '1.0' | '1.1' = '1.1') =>
  ({ protocol: 'json', version, target, host, ...more }) as const;
const query = (host: string, version: string, more: Partial<Endpoint> = {}) =>
  ({ protocol: 'query', version, host, ...more }) as const;
const restJson = (host: string, more: Partial<Endpoint> = {}) => ({ protocol: 'rest-json', host, ...more }) as const;
const restXml = (host: string, more: Partial<Endpoint> = {}) => ({ protocol: 'rest-xml', host, ...more }) as const;

/** The services that are called without a client of the SDK. Prefixes and versions are those of the SDK. */
export const API_SERVICES = {
  account: restJson('account', { isGlobal: true }),
  athena: json('athena', 'AmazonAthena'),
  autoscaling: query('autoscaling', '2011-01-01'),
  backup: restJson('backup'),
  batch: restJson('batch'),
  budgets: json('budgets', 'AWSBudgetServiceGateway', { isGlobal: true }),
  ce: json('ce', 'AWSInsightsIndexService', { isGlobal: true }),
  cloudcontrolapi: json('cloudcontrolapi', 'CloudApiService', {}, '1.0'),
  cloudtrail: json('cloudtrail', 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101'),
  codebuild: json('codebuild', 'CodeBuild_20161006'),
  codecommit: json('codecommit', 'CodeCommit_20150413'),
  codepipeline: json('codepipeline', 'CodePipeline_20150709'),
  dax: json('dax', 'AmazonDAXV3'),
  dlm: restJson('dlm'),
  dms: json('dms', 'AmazonDMSv20160101'),
  dynamodb: json('dynamodb', 'DynamoDB_20120810', {}, '1.0'),
  ec2: { protocol: 'ec2', version: '2016-11-15', host: 'ec2' },
  ecr: json('api.ecr', 'AmazonEC2ContainerRegistry_V20150921', { signs: 'ecr' }),
  ecs: json('ecs', 'AmazonEC2ContainerServiceV20141113'),
  elasticache: query('elasticache', '2015-02-02'),
  elbv2: query('elasticloadbalancing', '2015-12-01'),
  emr: json('elasticmapreduce', 'ElasticMapReduce'),
  es: restJson('es'),
  events: json('events', 'AWSEvents'),
  fsx: json('fsx', 'AWSSimbaAPIService_v20180301'),
  glue: json('glue', 'AWSGlue'),
  iam: query('iam', '2010-05-08', { isGlobal: true }),
  kms: json('kms', 'TrentService'),
  lambda: restJson('lambda'),
  rds: query('rds', '2014-10-31'),
  redshift: query('redshift', '2012-12-01'),
  route53: restXml('route53', { isGlobal: true }),
  s3: restXml('s3'),
  s3control: restXml('s3-control', { signs: 's3', isOfAccount: true }),
  sagemaker: json('api.sagemaker', 'SageMaker', { signs: 'sagemaker' }),
  scheduler: restJson('scheduler'),
  secretsmanager: json('secretsmanager', 'secretsmanager'),
  tagging: json('tagging', 'ResourceGroupsTaggingAPI_20170126'),
} as const satisfies Readonly<Record<string, ApiService>>;

export type ApiServiceName = keyof typeof API_SERVICES;

interface Partition {
  /** Region of the endpoints of global services. */
  readonly main: string;
  readonly suffix: string;
}

const PARTITIONS: Readonly<Record<string, Partition>> = {
  'aws': { main: 'us-east-1', suffix: 'amazonaws.com' },
  'aws-cn': { main: 'cn-north-1', suffix: 'amazonaws.com.cn' },
  'aws-us-gov': { main: 'us-gov-west-1', suffix: 'amazonaws.com' },
  'aws-eusc': { main: 'eusc-de-east-1', suffix: 'amazonaws.eu' },
};

export function partitionOf(name: string): Partition {
  return PARTITIONS[name] ?? { main: 'us-east-1', suffix: 'amazonaws.com' };
}
