/**
 * What an app does with accounts besides vending them. The role in the management account gets the permissions of a
 * feature only if it is named.
 */
export enum OrganizationFeature {
  /** Sets alternate contacts: `alternateContacts` of `Account`. */
  ALTERNATE_CONTACTS = 'alternateContacts',
  /** Closes accounts: `AccountRemoval.CLOSE`. */
  CLOSE_ACCOUNTS = 'closeAccounts',
  /** Reads the costs of all accounts: `org-environments accounts --cost`. */
  COSTS = 'costs',
  /** Enables regions: `optInRegions` of `Account`. */
  OPT_IN_REGIONS = 'optInRegions',
  /** Creates and deletes organizational units: `OrganizationalUnit`. */
  ORGANIZATIONAL_UNITS = 'organizationalUnits',
  /** Changes the e-mail address of root users: the command `change-account-email`. */
  ROOT_EMAIL = 'rootEmail',
}
