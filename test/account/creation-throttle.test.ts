import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { MAX_CONCURRENT_PER_STACK } from '../../src/account/creation-throttle';
import { Cicd, quickApp } from '../fixtures/app';

const COUNT = MAX_CONCURRENT_PER_STACK + 2;

function accountsOf(cicd: Cicd) {
  return Array.from({ length: COUNT }, (_, index) => cicd.account(`number${index}`));
}

/** For every account by its number, the numbers of those it waits for. */
function waiting(stack: Stack): Record<string, string[]> {
  const resources = Object.entries(Template.fromStack(stack).findResources('Custom::OrgEnvironmentsAccount'));
  const names = new Map(resources.map(([logicalId, { Properties }]) => [logicalId, String(Properties.accountName)]));
  // all of them wait for their preconditions, which have no number
  const awaited = (dependsOn: string[] = []) => dependsOn.flatMap(id => names.get(id) ?? []);
  return Object.fromEntries(resources.map(
    ([logicalId, { DependsOn }]) => [names.get(logicalId), awaited(DependsOn)] as const,
  )
    .filter(([, numbers]) => numbers.length > 0));
}

test('an account depends on the one MAX_CONCURRENT_PER_STACK places before it', () => {
  const cicd = new Cicd(quickApp(), { imported: true });
  accountsOf(cicd);
  expect(waiting(cicd.stack)).toEqual({
    [`shop-number${MAX_CONCURRENT_PER_STACK}`]: ['shop-number0'],
    [`shop-number${MAX_CONCURRENT_PER_STACK + 1}`]: ['shop-number1'],
  });
});

test('a dependency of the user on a later account replaces the dependency of the throttle', () => {
  const cicd = new Cicd(quickApp(), { imported: true });
  const accounts = accountsOf(cicd);
  accounts[0].node.addDependency(accounts[5]);
  accounts[5].node.addDependency(accounts[MAX_CONCURRENT_PER_STACK]);
  expect(waiting(cicd.stack)).toEqual({
    'shop-number0': ['shop-number5'],
    'shop-number5': [
      `shop-number${MAX_CONCURRENT_PER_STACK}`,
    ],
    [`shop-number${MAX_CONCURRENT_PER_STACK + 1}`]: ['shop-number1'],
  });
});
