import { Tags } from 'aws-cdk-lib';
import { Account, AccountRemoval } from '../../src';
import type { AccountProps } from '../../src';
import { Cicd, quickApp } from '../fixtures/app';
import { resourcesOf, synthesized } from '../fixtures/assembly';

const CONTACT = { contactName: 'Finance', title: 'Team', email: 'finance@example.com', phoneNumber: '+49 (30) 1-2' };

let cicd: Cicd;
beforeEach(() => {
  cicd = new Cicd(quickApp(), { imported: true });
});

const requestOf = (props: Partial<AccountProps>) => {
  cicd.account('dev', props);
  return resourcesOf(synthesized(cicd.stack), 'Custom::OrgEnvironmentsAccount')[0].Properties;
};

test('the settings of an account are properties of its custom resource', () => {
  expect(requestOf({
    alternateContacts: { billing: CONTACT },
    accountAlias: 'shop-dev',
    iamUserAccessToBilling: false,
    optInRegions: ['eu-south-2'],
    onRemoval: AccountRemoval.CLOSE,
  })).toMatchObject({
    alternateContacts: { billing: CONTACT },
    accountAlias: 'shop-dev',
    iamUserAccessToBilling: 'DENY',
    optInRegions: ['eu-south-2'],
    onRemoval: 'close',
  });
});

test('an account without settings has none of these properties', () => {
  const request = requestOf({ iamUserAccessToBilling: true });
  expect(Object.keys(request)).not.toEqual(expect.arrayContaining(['alternateContacts']));
  expect(request).not.toHaveProperty('accountAlias');
  expect(request).not.toHaveProperty('iamUserAccessToBilling');
  expect(request).not.toHaveProperty('optInRegions');
});

test.each<[Partial<AccountProps>, string]>([
  [{ accountAlias: 'Shop' }, 'the account alias must be 3 to 63 lower-case letters, digits and single hyphens, '
    + "beginning and ending with a letter or digit, and not twelve digits, got 'Shop'"],
  [{ accountAlias: '123456789012' }, "and not twelve digits, got '123456789012'"],
  [{ optInRegions: ['Europe'] }, "the region must be like 'eu-south-2', got 'Europe'"],
  [{ optInRegions: ['eu-west-1'] },
    "the region 'eu-west-1' is enabled in every account: remove it from 'optInRegions'"],
  [{ alternateContacts: { billing: { ...CONTACT, contactName: '' } } },
    "the contactName of the billing contact must have 1 to 64 characters, got ''"],
  [{ alternateContacts: { security: { ...CONTACT, title: 't'.repeat(51) } } },
    'the title of the security contact must have 1 to 50 characters'],
  [{ alternateContacts: { operations: { ...CONTACT, phoneNumber: 'none' } } },
    "the phoneNumber of the operations contact must be 1 to 25 digits, spaces and '+-()', got 'none'"],
  [{ alternateContacts: { billing: { ...CONTACT, email: 'finance' } } }, 'the e-mail must be an address of'],
])('the settings %j are rejected with an error that says why', (props, message) => {
  expect(() => cicd.account('dev', props)).toThrow(`[Cicd/dev-account] ${message.startsWith('and') ? '' : message}`);
  expect(() => cicd.account('other', { ...props, email: 'aws+other@example.com' })).toThrow(message);
});

test('tags of an account that is imported by its name are rejected', () => {
  Tags.of(Account.fromAccountName(cicd.stack, 'Legacy', 'legacy')).add('team', 'shop');
  expect(() => synthesized(cicd.stack)).toThrow(
    "tags of an existing account are not changed: remove Tags.of(account).add() for 'team', and tag the account in AWS "
      + 'Organizations',
  );
});
