import { Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { ContactDetails, Contacts } from './contract';
import { fail, validate } from '../private/validate';

/** A person or a team that AWS contacts besides the root user. */
export interface AlternateContact {
  /** Name of the contact: 1 to 64 characters. */
  readonly contactName: string;

  /** Title of the contact, for example `Finance team`: 1 to 50 characters. */
  readonly title: string;

  /** E-mail address of the contact. */
  readonly email: string;

  /** Phone number of the contact: 1 to 25 digits, spaces and `+-()`. */
  readonly phoneNumber: string;
}

/**
 * The alternate contacts of an account. A contact that is not declared stays as it is.
 *
 * @see https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-update-contact-alternate.html
 */
export interface AlternateContacts {
  /**
   * Contact for bills and payments.
   *
   * @default - stays as it is
   */
  readonly billing?: AlternateContact;

  /**
   * Contact for the operation of services.
   *
   * @default - stays as it is
   */
  readonly operations?: AlternateContact;

  /**
   * Contact for security.
   *
   * @default - stays as it is
   */
  readonly security?: AlternateContact;
}

/** The contacts as the account provider receives them. @throws if AWS would reject one */
export function checkedContacts(scope: Construct, contacts: AlternateContacts | undefined): Contacts | undefined {
  if (!contacts) return undefined;
  const { billing, operations, security } = contacts;
  const checked = (type: string, contact: AlternateContact | undefined) => contact && details(scope, type, contact);
  return {
    billing: checked('billing', billing),
    operations: checked('operations', operations),
    security: checked('security', security),
  };
}

function details(scope: Construct, type: string, contact: AlternateContact): ContactDetails {
  const { contactName, title, email, phoneNumber } = contact;
  checkText(scope, `contactName of the ${type} contact`, contactName, 64);
  checkText(scope, `title of the ${type} contact`, title, 50);
  if (!Token.isUnresolved(phoneNumber) && !/^[\s0-9()+-]{1,25}$/.test(phoneNumber)) {
    fail(scope, `the phoneNumber of the ${type} contact must be 1 to 25 digits, spaces and '+-()', got `
      + `'${phoneNumber}'`);
  }
  return { contactName, title, email: validate.email(scope, email), phoneNumber };
}

function checkText(scope: Construct, name: string, value: string, limit: number): void {
  if (Token.isUnresolved(value) || value.length >= 1 && value.length <= limit) return;
  fail(scope, `the ${name} must have 1 to ${limit} characters, got '${value}'`);
}
