import { isGlobalType } from '../../core/inventory/arns';
import { mainRegionOf } from '../../core/inventory/inventory';
import type { ResourceChange } from '../../core/inventory/inventory';
import { Regional } from '../../core/regional';
import type { RecordedCall } from '../../core/service';

/** A management event of an account. */
export interface TrailEvent {
  readonly at: number;
  /** For example `ec2.amazonaws.com`. */
  readonly source: string;
  readonly name: string;
  readonly caller: string;
  readonly isReadOnly: boolean;
  readonly resources: readonly { readonly type: string; readonly name: string }[];
  readonly errorCode?: string;
}

/** Services that have events in the main region only. */
const GLOBAL = new Set(['account', 'ce', 'cloudfront', 'globalaccelerator', 'iam', 'organizations', 'route53']);

const READ_ONLY = new RegExp([
  '^(Assume|BatchGet|Check|Describe|Filter|Get|Head|List|Lookup|Preview|Query|Scan|Search|Select|Simulate|Test|',
  'Validate)',
].join(''));

/** Operations on data, which are no management events. */
const DATA: Readonly<Record<string, RegExp>> = {
  'cloudfront-keyvaluestore': /./,
  'dynamodb': /Item/,
  'events': /^PutEvents$/,
  'lambda': /^Invoke$/,
  'monitoring': /^PutMetricData$/,
  's3': /Object|Multipart|Part$/,
  'sns': /^Publish/,
};

/** Sources of events by the service in the names of types, where they differ. */
const SOURCES: Readonly<Record<string, string>> = {
  amazonmq: 'mq',
  apigatewayv2: 'apigateway',
  certificatemanager: 'acm',
  cloudwatch: 'monitoring',
  cognito: 'cognito-idp',
  docdb: 'rds',
  efs: 'elasticfilesystem',
  elasticloadbalancingv2: 'elasticloadbalancing',
  emr: 'elasticmapreduce',
  kinesisfirehose: 'firehose',
  neptune: 'rds',
  opensearchservice: 'es',
  stepfunctions: 'states',
};

/** Names of events that are not `Create` or `Delete` and the kind of the resource. */
const CREATIONS: Readonly<Record<string, string>> = {
  'AWS::CloudWatch::Alarm': 'PutMetricAlarm',
  'AWS::EC2::EIP': 'AllocateAddress',
  'AWS::EC2::Instance': 'RunInstances',
  'AWS::Events::Rule': 'PutRule',
  'AWS::IAM::Policy': 'PutRolePolicy',
  'AWS::IAM::RolePolicy': 'PutRolePolicy',
  'AWS::IAM::ManagedPolicy': 'CreatePolicy',
  'AWS::Lambda::Function': 'CreateFunction20150331',
  'AWS::Lambda::Permission': 'AddPermission20150331v2',
  'AWS::S3::BucketPolicy': 'PutBucketPolicy',
  'AWS::SSM::Parameter': 'PutParameter',
};

/** Services whose events name the resources with their types. */
const NAMES_RESOURCES = /^AWS::(DynamoDB|EC2|ElasticLoadBalancingV2|IAM|KMS|RDS|S3)::/;

/** The management events of all accounts: calls, and what CloudFormation and Cloud Control call for their users. */
export class TrailEvents {
  private readonly kept = new Regional<TrailEvent[]>(() => []);
  private read = 0;

  public constructor(
    private readonly partition: string,
    private readonly calls: () => readonly RecordedCall[],
  ) {}

  public of(accountId: string, region: string): readonly TrailEvent[] {
    const calls = this.calls();
    for (; this.read < calls.length; this.read++) {
      const call = calls[this.read];
      if (call) this.addCall(call);
    }
    return [...this.kept.of(accountId, region)].sort((one, other) => one.at - other.at);
  }

  public addChange({ type, id, accountId, region, action, caller, at }: ResourceChange): void {
    const [, service = '', kind = ''] = type.split('::');
    const lower = service.toLowerCase();
    const verb = action === 'update' ? 'Update' : 'Delete';
    this.add(accountId, isGlobalType(type) ? mainRegionOf(this.partition) : region, {
      at,
      source: `${SOURCES[lower] ?? lower}.amazonaws.com`,
      name: action === 'create' ? CREATIONS[type] ?? `Create${kind}` : `${verb}${kind}`,
      caller,
      isReadOnly: false,
      resources: NAMES_RESOURCES.test(type) ? [{ type, name: id }] : [],
    });
  }

  private addCall({ at, service, operation, accountId, caller, region, error }: RecordedCall): void {
    if (DATA[service]?.test(operation) || operation.includes(' ')) return;
    this.add(accountId, GLOBAL.has(service) ? mainRegionOf(this.partition) : region, {
      at,
      source: `${service}.amazonaws.com`,
      name: operation,
      caller,
      isReadOnly: READ_ONLY.test(operation),
      resources: [],
      ...(error !== undefined && { errorCode: error }),
    });
  }

  private add(accountId: string, region: string, event: TrailEvent): void {
    this.kept.of(accountId, region).push(event);
  }
}
