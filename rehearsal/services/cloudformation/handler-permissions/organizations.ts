import { everywhere, type PermissionsOf, type Place } from './rules';
import { isFields, list, text } from '../values';

/**
 * Permissions for accounts, users and billing, which deployers of applications rarely have. For most types only the
 * creation needs a permission.
 */
export const ORGANIZATION_PERMISSIONS: Readonly<Record<string, PermissionsOf | undefined>> = {
  'AWS::Organizations::Account': everywhere({
    create: ['organizations:CreateAccount'],
    update: ['organizations:MoveAccount'],
    remove: ['organizations:CloseAccount'],
  }),
  'AWS::Organizations::OrganizationalUnit': everywhere({
    create: ['organizations:CreateOrganizationalUnit'],
    update: ['organizations:UpdateOrganizationalUnit'],
    remove: ['organizations:DeleteOrganizationalUnit'],
  }),
  'AWS::Organizations::Policy': everywhere({
    create: ['organizations:CreatePolicy', 'organizations:AttachPolicy'],
    update: ['organizations:UpdatePolicy'],
    remove: ['organizations:DeletePolicy'],
  }),
  'AWS::Organizations::Organization': created('organizations:CreateOrganization'),
  'AWS::Organizations::ResourcePolicy': created('organizations:PutResourcePolicy'),
  'AWS::SSO::Instance': created('sso:CreateInstance'),
  'AWS::SSO::PermissionSet': created('sso:CreatePermissionSet', given('InstanceArn')),
  'AWS::SSO::Assignment': created('sso:CreateAccountAssignment', given('InstanceArn')),
  'AWS::SSO::Application': created('sso:CreateApplication', given('InstanceArn')),
  'AWS::SSO::ApplicationAssignment': created('sso:CreateApplicationAssignment', given('ApplicationArn')),
  'AWS::SSO::InstanceAccessControlAttributeConfiguration': created(
    'sso:CreateInstanceAccessControlAttributeConfiguration',
    given('InstanceArn'),
  ),
  'AWS::IdentityStore::User': created('identitystore:CreateUser', identityStore),
  'AWS::IdentityStore::Group': created('identitystore:CreateGroup', identityStore),
  'AWS::IdentityStore::GroupMembership': created('identitystore:CreateGroupMembership', identityStore),
  'AWS::Billing::BillingView': created('billing:CreateBillingView'),
  'AWS::BillingConductor::BillingGroup': created(
    'billingconductor:CreateBillingGroup',
    ({ properties: { ComputationPreference: preference } }) =>
      isFields(preference) ? preference.PricingPlanArn : undefined,
  ),
  'AWS::BillingConductor::CustomLineItem': created('billingconductor:CreateCustomLineItem', given('BillingGroupArn')),
  'AWS::BillingConductor::PricingPlan': created(
    'billingconductor:CreatePricingPlan',
    ({ properties }) => list(properties.PricingRuleArns ?? [])[0],
  ),
  'AWS::BillingConductor::PricingRule': created('billingconductor:CreatePricingRule'),
  'AWS::Invoicing::InvoiceUnit': created('invoicing:CreateInvoiceUnit'),
  'AWS::Invoicing::ProcurementPortalPreference': created('invoicing:CreateProcurementPortalPreference'),
};

type ResourceOf = (place: Place) => unknown;

function created(action: string, resourceOf: ResourceOf = () => undefined): PermissionsOf {
  return (operation, place) => operation === 'create' ? [{ action, resource: text(resourceOf(place) ?? '*') }] : [];
}

function given(property: string): ResourceOf {
  return ({ properties }) => properties[property];
}

function identityStore({ properties, partition, context }: Place): string {
  const id = text(properties.IdentityStoreId ?? '*');
  return `arn:${partition}:identitystore::${context.accountId}:identitystore/${id}`;
}
