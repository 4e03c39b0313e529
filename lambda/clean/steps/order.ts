import type { Resource } from '../model';

/** Types in the order in which their deletion usually succeeds. Others are between the second and the third group. */
const ORDER: readonly RegExp[] = [
  // what creates, runs or routes
  /^AWS::(AutoScaling|ECS::Service|EKS::(Nodegroup|Addon|FargateProfile)|Batch|CodePipeline|Events|Scheduler|Pipes)/,
  // what has data or uses networks
  /^AWS::(RDS|DocDB|Neptune|ElastiCache|MemoryDB|DAX|Redshift|DynamoDB|S3|EFS|FSx|Lambda|EC2::Instance|EMR|DMS|ECS|EKS)/,
  /^AWS::(ElasticLoadBalancing|EC2::(NatGateway|VPCEndpoint|TransitGateway.*Attachment|VPNConnection|ClientVpn))/,
  /^AWS::EC2::(NetworkInterface|EIP|InternetGateway|VPNGateway|Image)/,
  /^AWS::EC2::(Subnet|RouteTable|NetworkAcl|SecurityGroup|Snapshot)|^AWS::\w+::.*(SubnetGroup|ParameterGroup)$/,
  /^AWS::EC2::(VPC|DHCPOptions)$/,
];
const OTHERS = 2;

/** The deletion of other resources may need them: keys, logs and roles. */
const LAST = /^AWS::(KMS|Logs|IAM)::/;

/** Whether a resource is deleted after all others. */
export function isLast({ type }: Resource): boolean {
  return LAST.test(type);
}

/** The resources in the order of the first attempts. */
export function inOrder(resources: readonly Resource[]): readonly Resource[] {
  return [...resources].sort((a, b) => rank(a) - rank(b));
}

function rank(resource: Resource): number {
  if (isLast(resource)) return ORDER.length + 1;
  const index = ORDER.findIndex(pattern => pattern.test(resource.type));
  return index < 0 ? OTHERS - 0.5 : index;
}
