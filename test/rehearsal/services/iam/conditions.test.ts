import { conditionsHold } from '../../../../rehearsal/services/iam/evaluate/conditions';
import { matchesResource, withVariables } from '../../../../rehearsal/services/iam/evaluate/pattern';

describe('a condition', () => {
  test.each([
    [
      'an address of the other family is outside of a network',
      { NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' } },
      { 'aws:SourceIp': '2001:db8::1' },
      true,
    ],
    [
      'the whole internet is a network',
      { IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } },
      { 'aws:SourceIp': '198.51.100.1' },
      true,
    ],
    [
      'seconds since 1970 are a time',
      { DateEquals: { 'aws:CurrentTime': '1767225600' } },
      { 'aws:CurrentTime': '2026-01-01T00:00:00Z' },
      true,
    ],
    [
      'no key, no list: everything in it is allowed',
      { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['a*'] } },
      {},
      true,
    ],
    [
      'no key, no list: nothing in it is found',
      { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': ['a*'] } },
      {},
      false,
    ],
    [
      'one value outside is enough',
      { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['a*'] } },
      { 'dynamodb:LeadingKeys': ['a1', 'b1'] },
      false,
    ],
    [
      'an escaped star is a star',
      { StringEquals: { 'aws:PrincipalTag/team': 're${*}' } },
      { 'aws:PrincipalTag/team': 're*' },
      true,
    ],
    [
      'a key knows no case',
      { StringEquals: { 'AWS:principaltag/TEAM': 'red' } },
      { 'aws:PrincipalTag/team': 'red' },
      true,
    ],
  ])('is evaluated: %s', (_words, conditions, context, holds) => {
    expect(conditionsHold(conditions, context)).toBe(holds);
  });

  test('with an unknown operator is an error', () => {
    expect(() => conditionsHold({ StringIs: { 'aws:userid': 'x' } }, {})).toThrow(
      "unknown condition operator 'StringIs'",
    );
  });

  test('does not replace variables in a policy of the old version', () => {
    expect(
      conditionsHold(
        { StringEquals: { 'aws:PrincipalTag/team': '${aws:userid}' } },
        { 'aws:PrincipalTag/team': '${aws:userid}' },
        false,
      ),
    ).toBe(true);
  });
});

describe('a resource', () => {
  test('from a variable is not a pattern, whatever its value', () => {
    const filled =
      withVariables('arn:aws:s3:::shop/${aws:PrincipalTag/team}/*', { 'aws:PrincipalTag/team': '*' }) ?? '';
    expect(matchesResource(filled, 'arn:aws:s3:::shop/*/key')).toBe(true);
    expect(matchesResource(filled, 'arn:aws:s3:::shop/red/key')).toBe(false);
  });

  test('with a wildcard in one part of its ARN does not match the next part', () => {
    expect(
      matchesResource(
        'arn:aws:s*m:eu-west-1:111111111111:parameter/x',
        'arn:aws:ssm:eu-west-1:111111111111:parameter/x',
      ),
    ).toBe(true);
    expect(
      matchesResource('arn:aws:s*1:111111111111:parameter/x', 'arn:aws:ssm:eu-west-1:111111111111:parameter/x'),
    ).toBe(false);
  });
});
