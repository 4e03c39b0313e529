import { Aws, CfnResource, CfnWaitConditionHandle, Lazy, Stack, Token } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { AccountBaselineProps } from './account-baseline-props';
import { BaselineFunction } from './baseline-function';
import { monthlyBudget } from './budget';
import { accountsTarget } from './contract';
import type { BaselineRequest, BaselineResult, BaselineSettings } from './contract';
import { checkedPasswordPolicy } from './password-policy';
import { BaselineSynthesizer } from './synthesizer';
import { checkedContacts } from '../account/alternate-contacts';
import type { IOrganization } from '../organization/organization-interface';
import { RESOURCE_TYPES } from '../private/contract';
import { lazy } from '../private/lazy';
import { ManagedResource } from '../private/managed-resource';
import { fail } from '../private/validate';

/**
 * What accounts get and keep: settings, and a stack of any constructs. It is given to an `Organization`, for all
 * accounts that it creates or adopts, to an `AccountPool`, to single accounts (`Account`), or to the classes of
 * accounts of a `CustomerOrganization`. Accounts with a baseline of their own do not get that of the organization.
 * Imported accounts get only one that is given to them.
 *
 * A new account gets it before it is ready. When it changes, a few accounts are updated at a time, and the update stops
 * when too many fail. A clean spares it. When it is removed from the app, the accounts keep it.
 *
 * The stack has the name `org-environments-account-baseline`. It cannot have assets, and nothing outside can refer to
 * its resources, because each account has its own.
 *
 * @example
 * const baseline = new AccountBaseline(this, 'Baseline', {
 *   monthlyBudget: 200,
 *   budgetEmails: ['finance@example.com'],
 *   removeDefaultVpcs: true,
 *   blockPublicBuckets: true,
 * });
 * new Organization(this, 'Organization', {
 *   organizationId: 'o-exampleorgid',
 *   access: OrganizationAccess.role('arn:aws:iam::999999999999:role/org-environments-access'),
 *   accountBaseline: baseline,
 * });
 */
export class AccountBaseline extends Stack {
  /** The topic that is notified about the budget; undefined: there is none. */
  public readonly budgetTopic?: ITopic;

  private readonly assets: BaselineSynthesizer;
  private readonly parentStack: Stack;
  private readonly parameterValues: { [name: string]: string } = {};
  private readonly settings: BaselineSettings;
  private readonly limits: Pick<BaselineRequest, 'maxConcurrentUpdates' | 'maxFailedUpdates'>;
  private ofAccounts?: CfnResource;
  private template?: { readonly bucketName: string; readonly objectKey: string };

  public constructor(scope: Construct, id: string, props: AccountBaselineProps = {}) {
    const parentStack = Stack.of(scope);
    const synthesizer = new BaselineSynthesizer(parentStack);
    super(scope, id, {
      env: { account: Aws.ACCOUNT_ID, region: Aws.REGION },
      synthesizer,
      description: 'Account baseline (cdk-org-environments)',
      analyticsReporting: false,
    });
    // without it, CDK treats references to the parent stack as exports of a stack of the app
    Object.defineProperty(this, Symbol.for('@aws-cdk/core.NestedStack'), { value: true });
    this.parentStack = parentStack;
    this.assets = synthesizer;
    this.settings = this.checkedSettings(props);
    this.limits = this.checkedLimits(props);
    // a stack needs a resource, and this one creates nothing
    new CfnWaitConditionHandle(this, 'Handle');
    this.budgetTopic = monthlyBudget(this, props);
    this.node.addValidation({
      validate: () => this.nestedStackResource ? [] : [
        'the account baseline is not used: pass it to an Organization, an AccountPool, an Account or a '
          + "CustomerOrganization ('accountBaseline')",
      ],
    });
  }

  /**
   * Warnings and errors of constructs in this stack are reported by the parent stack.
   * @internal
   */
  public get _isTopLevelStack(): boolean {
    return false;
  }

  /**
   * Sets the value of a parameter of the stack. CDK calls it for references to the parent stack.
   *
   * @param name logical id of the parameter
   * @param value the value, which may be a token of the parent stack
   */
  public setParameter(name: string, value: string): void {
    this.parameterValues[name] = value;
  }

  /**
   * Called by CDK during the preparation of the app, when references have become parameters.
   * @internal
   */
  public _prepareTemplateAsset(): boolean {
    if (this.template) return false;
    const template = JSON.stringify(this._toCloudFormation());
    this.template = this.assets.publish(template, this.templateFile);
    return true;
  }

  /**
   * Gives the baseline to the accounts of a target. Returns the resource that updates them.
   * @internal
   */
  public _give(scope: Construct, organization: IOrganization, target: string): CfnResource {
    if (Stack.of(scope) !== this.parentStack) {
      fail(scope, `the account baseline '${this.node.path}' is defined in another stack: define it in stack `
        + `'${Stack.of(scope).node.path}'`);
    }
    const handler = BaselineFunction.of(scope, organization);
    const managed = new ManagedResource<BaselineRequest, BaselineResult>(scope, 'AccountBaseline', {
      organization,
      resourceType: RESOURCE_TYPES.baseline,
      request: {
        kind: 'baseline',
        target,
        templateBucket: Lazy.uncachedString({ produce: () => this.template?.bucketName ?? '<unresolved>' }),
        templateKey: Lazy.uncachedString({ produce: () => this.template?.objectKey ?? '<unresolved>' }),
        parameters: lazy(() => this.parameterValues),
        settings: this.settings,
        ...this.limits,
      },
    });
    managed.resource.node.addDependency(handler);
    const resource = managed.resource.node.defaultChild as CfnResource;
    if (!this.nestedStackResource) this.nestIn(resource);
    return resource;
  }

  /**
   * Gives the baseline to one account. Returns its target, and the resource that updates the accounts.
   * @internal
   */
  public _giveTo(account: Construct, organization: IOrganization): { target: string; resource: CfnResource } {
    const target = accountsTarget(this.node.path);
    this.ofAccounts ??= this._give(new Construct(this.node.scope ?? account, `${this.node.id}.Accounts`),
      organization, target);
    return { target, resource: this.ofAccounts };
  }

  /** CDK reads values for the template from the resource of a nested stack; this one has no values to read. */
  private nestIn(resource: CfnResource): void {
    const getAtt = resource.getAtt.bind(resource);
    resource.getAtt = (attribute, typeHint) => attribute.startsWith('Outputs.')
      ? fail(this, 'a resource of an account baseline is referred to from outside, but each account has its own: use '
        + 'it only in the baseline')
      : getAtt(attribute, typeHint);
    Object.defineProperty(this, 'nestedStackResource', { value: resource });
    this.node.defaultChild = resource;
  }

  private checkedSettings(props: AccountBaselineProps): BaselineSettings {
    const { passwordPolicy } = props;
    return {
      defaultVpcs: props.removeDefaultVpcs ? 'removed' : undefined,
      snapshotSharing: props.blockPublicSnapshots ? 'blocked' : undefined,
      bucketAccess: props.blockPublicBuckets ? 'blocked' : undefined,
      instanceMetadata: props.requireImdsv2 ? 'v2' : undefined,
      passwordPolicy: passwordPolicy && checkedPasswordPolicy(this, passwordPolicy),
      alternateContacts: checkedContacts(this, props.alternateContacts),
    };
  }

  private checkedLimits({ maxConcurrentUpdates = 5, maxFailedUpdates = 1 }: AccountBaselineProps) {
    this.checkNumber('maxConcurrentUpdates', maxConcurrentUpdates, 1, 20);
    this.checkNumber('maxFailedUpdates', maxFailedUpdates, 0, 1000);
    return { maxConcurrentUpdates: String(maxConcurrentUpdates), maxFailedUpdates: String(maxFailedUpdates) };
  }

  private checkNumber(name: string, value: number, least: number, most: number): void {
    if (Token.isUnresolved(value) || Number.isInteger(value) && value >= least && value <= most) return;
    fail(this, `the '${name}' of an account baseline must be a whole number from ${least} to ${most}, got ${value}`);
  }
}
