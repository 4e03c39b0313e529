import { Tags } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Account } from '../../src';
import { Cicd, quickApp } from '../fixtures/app';
import { onlyResource, synthesized } from '../fixtures/assembly';

const ACCOUNT = 'Custom::OrgEnvironmentsAccount';

describe('the tags of an account', () => {
  const tagsOf = (cicd: Cicd) => Object.values(
    Template.fromStack(cicd.stack).findResources(ACCOUNT),
  )[0].Properties.tags;

  test('are those of Tags.of(), which override accountTags', () => {
    const cicd = new Cicd(quickApp(), { imported: true });
    const account = cicd.account('dev', { accountTags: { team: 'shop', stage: 'dev' } });
    Tags.of(account).add('team', 'payments');
    Tags.of(cicd.stack).add('cost-center', '42');
    expect(tagsOf(cicd)).toEqual({ 'team': 'payments', 'stage': 'dev', 'cost-center': '42' });
  });

  test('can be removed by Tags.of()', () => {
    const cicd = new Cicd(quickApp(), { imported: true });
    Tags.of(cicd.account('dev', { accountTags: { team: 'shop', stage: 'dev' } })).remove('stage');
    expect(tagsOf(cicd)).toEqual({ team: 'shop' });
  });

  test.each([
    ['org-environments:registry-key', 'x', "the tag 'org-environments:registry-key' is reserved"],
    [
      'team',
      '<shop>',
      "the value of the tag 'team' must be at most 256 letters, digits, spaces and '_.:/=+-@', got '<shop>'",
    ],
  ])('are rejected at synth when Tags.of() adds %s=%s', (key, value, message) => {
    const cicd = new Cicd(quickApp(), { imported: true });
    Tags.of(cicd.account('dev')).add(key, value);
    expect(() => Template.fromStack(cicd.stack)).toThrow(`[Cicd/dev-account] ${message}`);
  });
});

describe('tags of an account that exists', () => {
  test('are rejected at synthesis if they were added to the account', () => {
    const { stack } = new Cicd(quickApp(), { imported: true });
    const account = Account.fromAccountId(stack, 'Existing', '123456789012');
    Tags.of(account).add('cost-center', '42');
    Tags.of(account).add('team', 'shop');
    expect(() => Template.fromStack(stack)).toThrow(
      "[Cicd/Existing] tags of an existing account are not changed: remove Tags.of(account).add() for 'cost-center', "
      + "'team', and tag the account in AWS Organizations");
  });

  test('are ignored if they were added to its app or stack, or are removed from it', () => {
    const app = quickApp();
    const cicd = new Cicd(app, { imported: true });
    const account = Account.fromAccountId(cicd.stack, 'Existing', '123456789012');
    Tags.of(app).add('cost-center', '42');
    Tags.of(cicd.stack).add('team', 'shop');
    Tags.of(account).remove('team');
    cicd.environment('dev', { account });
    expect(onlyResource(synthesized(cicd.stack), ACCOUNT).Properties).not.toHaveProperty('tags');
  });
});
