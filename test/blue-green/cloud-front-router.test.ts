import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CacheHeaderBehavior, Distribution } from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { CloudFrontRouter, Endpoint, Side, Traffic } from '../../src';
import type { CloudFrontRouterProps } from '../../src';
import { quickApp } from '../fixtures/app';

function routed(props?: CloudFrontRouterProps): { stack: Stack; router: CloudFrontRouter } {
  const stack = new Stack(quickApp(), 'Cicd', { env: { account: '222222222222', region: 'eu-central-1' } });
  return { stack, router: new CloudFrontRouter(stack, 'Router', props) };
}

test('a distribution has the function of the router, and the side in its cache key', () => {
  const { stack, router } = routed();
  new Distribution(stack, 'Distribution', {
    defaultBehavior: {
      origin: new HttpOrigin('blue.shop.example.com'),
      cachePolicy: router.cachePolicy(),
      functionAssociations: [router.functionAssociation],
    },
  });
  const template = Template.fromStack(stack);
  const [store] = Object.keys(template.findResources('AWS::CloudFront::KeyValueStore'));
  const [edge] = Object.keys(template.findResources('AWS::CloudFront::Function'));
  const [policy] = Object.keys(template.findResources('AWS::CloudFront::CachePolicy'));
  expect([store, edge, policy]).toEqual([expect.any(String), expect.any(String), expect.any(String)]);
  template.hasResourceProperties('AWS::CloudFront::Function', {
    AutoPublish: true,
    FunctionConfig: {
      Runtime: 'cloudfront-js-2.0',
      KeyValueStoreAssociations: [{ KeyValueStoreARN: { 'Fn::GetAtt': [store, 'Arn'] } }],
    },
  });
  template.hasResourceProperties('AWS::CloudFront::CachePolicy', {
    CachePolicyConfig: {
      ParametersInCacheKeyAndForwardedToOrigin: {
        HeadersConfig: { HeaderBehavior: 'whitelist', Headers: ['x-org-environments-side'] },
      },
    },
  });
  template.hasResourceProperties('AWS::CloudFront::Distribution', {
    DistributionConfig: {
      DefaultCacheBehavior: {
        CachePolicyId: { Ref: policy },
        FunctionAssociations: [{
          EventType: 'viewer-request', FunctionARN: { 'Fn::GetAtt': [edge, 'FunctionARN'] },
        }],
      },
    },
  });
});

test('the first side and stickiness are part of the code', () => {
  const codeOf = (props: CloudFrontRouterProps): string => {
    const [edge] = Object.values(Template.fromStack(routed(props).stack).findResources('AWS::CloudFront::Function'));
    return edge?.Properties.FunctionCode;
  };
  expect(codeOf({})).toContain('let side = "blue"');
  expect(codeOf({})).toContain('Math.random()');
  expect(codeOf({ initialSide: Side.GREEN })).toContain('let side = "green"');
  expect(codeOf({ sticky: true })).toContain('event.viewer.ip');
});

test('shares of a sticky router are counted in viewers', () => {
  const { stack, router } = routed({ sticky: true });
  const traffic = Traffic.cloudFront({ router, endpoint: Endpoint.output('shop', 'Domain') });
  expect(traffic._bind(stack)).toMatchObject({
    countedIn: 'viewers',
    request: { key: 'shares', blue: { from: 'output', stackName: 'shop', outputName: 'Domain' } },
  });
});

test('a cache policy can have further headers in its key', () => {
  const { stack, router } = routed();
  router.cachePolicy({ headerBehavior: CacheHeaderBehavior.allowList('Accept-Language') });
  router.cachePolicy({ headerBehavior: CacheHeaderBehavior.none() });
  const headers = Object.values(Template.fromStack(stack).findResources('AWS::CloudFront::CachePolicy')).map(
    ({ Properties: { CachePolicyConfig: config } }) =>
      config.ParametersInCacheKeyAndForwardedToOrigin.HeadersConfig.Headers,
  );
  expect(headers).toEqual([['Accept-Language', 'x-org-environments-side'], ['x-org-environments-side']]);
});
