import { coder, type Place } from './schemas/formats';
import { list, text, type Fields } from './values';
import { partitionOfRegion } from '../../core/partition';

/** What is known of a resource when its `Ref` is generated. */
interface Made {
  readonly name: string;
  readonly properties: Fields;
  /** `arn:aws:service:region:account` for the service. */
  arn(service: string): string;
  code(length: number): string;
}

/** Formats of `Ref` that apps parse or use in host names. */
const REFS: Readonly<Record<string, (made: Made) => string>> = {
  'AWS::ApiGatewayV2::Api': ({ code }) => code(10),
  'AWS::CodeBuild::ReportGroup': ({ arn, name, properties }) =>
    `${arn('codebuild')}:report-group/${text(properties.Name ?? name)}`,
  'AWS::ECS::Service': ({ arn, name, properties }) => {
    const cluster = text(properties.Cluster ?? 'default').replace(/^.*\//, '');
    return `${arn('ecs')}:service/${cluster}/${text(properties.ServiceName ?? name)}`;
  },
  'AWS::EC2::VPCEndpoint': ({ code }) => `vpce-${code(17)}`,
  'AWS::ElasticLoadBalancingV2::Listener': ({ properties, code }) =>
    `${text(properties.LoadBalancerArn).replace(':loadbalancer/', ':listener/')}/${code(16)}`,
  'AWS::ElasticLoadBalancingV2::LoadBalancer': ({ arn, name, properties, code }) => {
    const type = LOAD_BALANCERS[text(properties.Type)] ?? 'app';
    return `${arn('elasticloadbalancing')}:loadbalancer/${type}/${text(properties.Name ?? name)}/${code(16)}`;
  },
  'AWS::ElasticLoadBalancingV2::TargetGroup': ({ arn, name, properties, code }) =>
    `${arn('elasticloadbalancing')}:targetgroup/${text(properties.Name ?? name)}/${code(16)}`,
  'AWS::SNS::Subscription': ({ properties, code }) => `${text(properties.TopicArn)}:${code(32)}`,
  // CDK parses the name from the ARN and relies on CloudFormation's format: logical id and random part, without the
  // stack
  'AWS::SecretsManager::Secret': ({ arn, name, properties, code }) =>
    `${arn('secretsmanager')}:secret:${text(properties.Name ?? name.split('-').slice(-2).join('-'))}-${code(6)}`,
};

const LOAD_BALANCERS: Readonly<Record<string, string>> = { network: 'net', gateway: 'gwy' };

interface Existing {
  readonly id: string;
  readonly properties: Fields;
  readonly region: string;
  /** `arn:aws:service:region:account` for the service. */
  arn(service: string): string;
  code(length: number): string;
}

/** Attributes that apps parse. */
const ATTRIBUTES: Readonly<Record<string, (existing: Existing) => Fields>> = {
  'AWS::ApiGatewayV2::Api': ({ id, region, properties }) => {
    const scheme = properties.ProtocolType === 'WEBSOCKET' ? 'wss' : 'https';
    return { ApiId: id, ApiEndpoint: `${scheme}://${id}.execute-api.${region}.amazonaws.com` };
  },
  'AWS::EC2::VPCEndpoint': ({ id, region, properties, code }) => {
    const service = text(properties.ServiceName).split('.').slice(3).reverse().join('.');
    const zone = `Z${code(13).toUpperCase()}`;
    return {
      DnsEntries: ['', `-${region}a`].map(
        suffix => `${zone}:${id}-${code(8)}${suffix}.${service}.${region}.vpce.amazonaws.com`,
      ),
      NetworkInterfaceIds: list(properties.SubnetIds).map((_, index) => `eni-${index}${code(16)}`),
    };
  },
  'AWS::ElasticLoadBalancingV2::LoadBalancer': ({ id, region, code }) => {
    const [, fullName] = id.split(':loadbalancer/');
    const [, name] = fullName.split('/');
    return {
      LoadBalancerFullName: fullName,
      LoadBalancerName: name,
      DNSName: `${name}-${code(10)}.${region}.elb.amazonaws.com`,
      CanonicalHostedZoneID: `Z${code(13).toUpperCase()}`,
    };
  },
  'AWS::ElasticLoadBalancingV2::TargetGroup': ({ id }) => {
    const fullName = id.slice(id.lastIndexOf(':') + 1);
    return { TargetGroupFullName: fullName, TargetGroupName: fullName.split('/')[1] };
  },
  // the applications of AWS that rotate secrets
  'AWS::Serverless::Application': ({ id, arn }) => ({ 'Outputs.RotationLambdaARN': `${arn('lambda')}:function:${id}` }),
  'AWS::Lambda::Url': ({ region, properties, code }) => ({
    FunctionArn: properties.TargetFunctionArn,
    FunctionUrl: `https://${code(32)}.lambda-url.${region}.on.aws/`,
  }),
};

/** Returns the `Ref` of a new resource; undefined for types without a special format. */
export function shapedRef(
  type: string,
  name: string,
  properties: Fields,
  partition: string,
  { accountId, region }: Place,
): string | undefined {
  const arn = (service: string): string => `arn:${partition}:${service}:${region}:${accountId}`;
  return REFS[type]?.({ name, properties, arn, code: coder(`${accountId}/${region}/${name}`) });
}

export function shapedAttributes(type: string, id: string, properties: Fields, { accountId, region }: Place): Fields {
  const arn = (service: string): string => `arn:${partitionOfRegion(region)}:${service}:${region}:${accountId}`;
  return ATTRIBUTES[type]?.({ id, properties, region, arn, code: coder(`${accountId}/${region}/${id}`) }) ?? {};
}
