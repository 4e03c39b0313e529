import { cicdStackOf, placeHints } from '../../../cli/output/hints';
import type { AssemblyStack } from '../../../rehearsal/assembly/manifest';

const [MANAGEMENT, CICD, NETWORK] = ['999999999999', '111122223333', '444455556666'];

function stack(accountId: string, region: string, template: object = {}): AssemblyStack {
  return {
    name: 'Stack',
    displayName: 'Stack',
    accountId,
    region,
    template: JSON.stringify(template),
    paths: {},
    tags: {},
    parameters: {},
    terminationProtection: false,
    assets: [],
    images: [],
    bootstrap: { qualifier: 'hnb659fds', version: 0 },
  };
}

test('repositories are where the stack of the Organization is, else where the first stack outside of the management account is', () => {
  const organization = { Resources: { Role: { Properties: { RoleName: 'org-environments-account-provider' } } } };
  const cicd = stack(CICD, 'eu-west-1', organization);
  const [management, network] = [stack(MANAGEMENT, 'us-east-1'), stack(NETWORK, 'eu-north-1')];
  expect(cicdStackOf([management, network, cicd], MANAGEMENT)).toBe(cicd);
  expect(cicdStackOf([management, network], MANAGEMENT)).toBe(network);
  expect(cicdStackOf([management], MANAGEMENT)).toBe(management);
});

test('an app that looks for a repository in another region is told the region where it is', () => {
  const place = { accountId: CICD, region: 'eu-west-1' };
  const reason = `repository 'shop' does not exist in account ${CICD} in us-east-1 (branch 'main' of environment 'shop-prod'): create it there`;
  const words =
    `the repository 'shop' of --repository is in account ${CICD}, region eu-west-1, as the stack of the Organization is. `
    + `The app looks for it in account ${CICD}, region us-east-1: put the stack that uses it into account ${CICD}, region eu-west-1`;
  expect(placeHints([reason, reason, 'something else'], ['shop'], place)).toEqual([words]);
  expect(placeHints([reason], ['other'], place)).toEqual([]);
  expect(placeHints([reason], ['shop'], undefined)).toEqual([]);
});
