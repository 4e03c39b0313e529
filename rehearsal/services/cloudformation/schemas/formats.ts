import { createHash } from 'node:crypto';
import type { Fields } from '../values';

export interface Place {
  readonly accountId: string;
  readonly region: string;
}

type Code = (length: number) => string;

const prefixed = (prefix: string) => (code: Code): string => `${prefix}-${code(17)}`;
const short = (length: number) => (code: Code): string => code(length);

/** Formats of ids that AWS generates, of types without simulated behaviour. */
export const ID_FORMATS: Readonly<Record<string, (code: Code, place: Place) => string>> = {
  'AWS::ApiGateway::Deployment': short(6),
  'AWS::ApiGateway::Resource': short(6),
  'AWS::ApiGateway::RestApi': short(10),
  'AWS::Cognito::UserPool': (code, { region }) => `${region}_${code(9)}`,
  'AWS::Cognito::UserPoolClient': short(26),
  'AWS::EC2::CustomerGateway': prefixed('cgw'),
  'AWS::EC2::DHCPOptions': prefixed('dopt'),
  'AWS::EC2::EgressOnlyInternetGateway': prefixed('eigw'),
  'AWS::EC2::Instance': prefixed('i'),
  'AWS::EC2::LaunchTemplate': prefixed('lt'),
  'AWS::EC2::NetworkAcl': prefixed('acl'),
  'AWS::EC2::NetworkInterface': prefixed('eni'),
  'AWS::EC2::PrefixList': prefixed('pl'),
  'AWS::EC2::VPCPeeringConnection': prefixed('pcx'),
  'AWS::EC2::VPNConnection': prefixed('vpn'),
  'AWS::EC2::VPNGateway': prefixed('vgw'),
  'AWS::EC2::Volume': prefixed('vol'),
  'AWS::EFS::AccessPoint': prefixed('fsap'),
  'AWS::EFS::FileSystem': prefixed('fs'),
};

/** Service prefixes of ARNs that differ from the name in the type. */
const SERVICES: Readonly<Record<string, string>> = {
  applicationautoscaling: 'application-autoscaling',
  certificatemanager: 'acm',
  efs: 'elasticfilesystem',
  elasticloadbalancingv2: 'elasticloadbalancing',
  kinesisfirehose: 'firehose',
  opensearchservice: 'es',
  stepfunctions: 'states',
};

export function serviceOf(type: string): string {
  const service = type.split('::')[1].toLowerCase();
  return SERVICES[service] ?? service;
}

/** The name of the type in ARNs, for example `task-definition`. */
export function kindOf(type: string): string {
  return type.slice(type.lastIndexOf(':') + 1).replace(/([a-z0-9])(?=[A-Z])/g, '$1-').toLowerCase();
}

/** Returns the URL of a resource; that of a queue has a format that applications parse. */
export function urlOf(
  type: string,
  { name, properties, place }: { readonly name: string; readonly properties: Fields; readonly place: Place },
): string {
  const host = `https://${serviceOf(type)}.${place.region}.amazonaws.com`;
  if (type !== 'AWS::SQS::Queue') return `${host}/${name}`;
  const isFifo = properties.FifoQueue === true || properties.FifoQueue === 'true';
  return `${host}/${place.accountId}/${name}${isFifo && !name.endsWith('.fifo') ? '.fifo' : ''}`;
}

/** Hexadecimal digits that are the same in every run. */
export function coder(seed: string): Code {
  const digits = createHash('sha256').update(seed).digest('hex');
  return length => digits.slice(0, length);
}
