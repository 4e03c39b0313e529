import { Annotations } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { checkedPartName, customerAccount, customerNetwork } from './customer-accounts';
import type { CustomerAccountBaselines, ICustomerOrganization } from './customer-props';
import type {
  EnvironmentOrganizationAttributes, IEnvironmentOrganization,
} from './environment-organization-interface';
import type {
  DeploymentAccountsOptions, EnvironmentDatabaseOptions, EnvironmentOrganizationProps, WorkAccountOptions,
} from './environment-organization-props';
import { segmentsOf } from './segments';
import type { CustomerSegments } from './segments';
import { checkEnvironments } from './validate-customer';
import type { IAccount } from '../account/account-interface';
import type { AccountBaseline } from '../baseline/account-baseline';
import { BlueGreenEnvironment } from '../blue-green/blue-green-environment';
import { Side } from '../blue-green/side';
import type { DatabaseClient } from '../database/database-props';
import { SharedDatabase } from '../database/shared-database';
import type { ISharedDatabase } from '../database/shared-database';
import { AccountPipelineBranch } from '../environment/account-pipeline-branch';
import type { INetwork } from '../network/network-interface';
import { OrganizationalUnit } from '../organization/organizational-unit';
import { UniqueClaims } from '../private/unique-claims';
import { fail, validate } from '../private/validate';

const USUAL_WORK_ACCOUNTS = 3;

const PART = 'name of an environment organization';

/** Because of the names of what is derived from it. */
const MAX_ENVIRONMENT_NAME = 32;

/** What defined and imported environment organizations have in common. */
abstract class EnvironmentOrganizationBase extends Construct implements IEnvironmentOrganization {
  public abstract readonly organizationName: string;
  public abstract readonly organizationalUnitId: string;
  public abstract readonly sharedServicesAccount?: IAccount;
  public abstract readonly sharedServicesNetwork?: INetwork;
  public abstract readonly workNetworks: INetwork[];
  public abstract readonly deploymentNetworks: INetwork[];
  public abstract readonly database?: ISharedDatabase;

  public databaseClients(roleNames: string[], sides: Side[] = [Side.BLUE, Side.GREEN]): DatabaseClient[] {
    if (sides.length === 0) fail(this, "'sides' of the database must contain at least one side");
    return this.deploymentNetworks.filter((_, index) => sides.includes(index === 0 ? Side.BLUE : Side.GREEN))
      .map(({ account, cidr }) => ({ account, cidr, roleNames }));
  }
}

/**
 * The environments of a customer for one application: work accounts with a branch and a pipeline each, a shared
 * services account, and two deployment accounts between which upgrades go blue/green. Each account has a network with a
 * range of the customer. Work and deployment accounts reach the shared services through the hub of the customer, but
 * not each other.
 *
 * @example
 * new EnvironmentOrganization(this, 'shop', {
 *   customer,
 *   source,
 *   workAccounts: [{ name: 'dev' }, { name: 'test' }, { name: 'uat' }],
 *   deployment: { traffic: Traffic.parameter({ parameterName: '/acme/shop/active' }) },
 *   database: { roleNames: ['shop-service'] },
 * });
 */
export class EnvironmentOrganization extends EnvironmentOrganizationBase {
  /**
   * Imports an environment organization that another app defines, for example to add a database to it.
   *
   * @param attrs name, unit, accounts and networks
   */
  public static fromEnvironmentOrganizationAttributes(
    scope: Construct, id: string, attrs: EnvironmentOrganizationAttributes,
  ): IEnvironmentOrganization {
    class Import extends EnvironmentOrganizationBase {
      public readonly organizationName = checkedPartName(this, PART, attrs.organizationName);
      public readonly organizationalUnitId = validate.organizationalUnitId(this, attrs.organizationalUnitId);
      public readonly sharedServicesAccount = attrs.sharedServicesAccount;
      public readonly sharedServicesNetwork = attrs.sharedServicesNetwork;
      public readonly workNetworks = attrs.workNetworks ?? [];
      public readonly deploymentNetworks = attrs.deploymentNetworks ?? [];
      public readonly database = attrs.database;
    }
    return new Import(scope, id);
  }

  public readonly organizationName: string;
  public readonly organizationalUnitId: string;
  public readonly sharedServicesAccount?: IAccount;
  public readonly sharedServicesNetwork?: INetwork;
  public readonly workNetworks: INetwork[];
  public readonly deploymentNetworks: INetwork[];
  public readonly database?: ISharedDatabase;
  /** The environments of the work accounts, in the order of `workAccounts`. */
  public readonly workEnvironments: AccountPipelineBranch[];
  /** The blue/green environment of the deployment accounts; absent: there is none. */
  public readonly deployment?: BlueGreenEnvironment;

  private readonly customer: ICustomerOrganization;
  private readonly segments: CustomerSegments;

  public constructor(scope: Construct, id: string, private readonly props: EnvironmentOrganizationProps) {
    super(scope, id);
    const { customer, workAccounts } = props;
    this.customer = customer;
    this.segments = segmentsOf(customer.customerName);
    this.organizationName = checkedPartName(this, PART, props.organizationName ?? id.toLowerCase());
    UniqueClaims.of(this).claim(this, 'environment organization', this.nameOf(), 'choose another organizationName');
    checkEnvironments(this, props);
    this.organizationalUnitId = (props.organizationalUnit ?? new OrganizationalUnit(this, 'Unit', {
      organization: customer.organization, unitName: this.organizationName, parent: customer.organizationalUnitId,
    })).organizationalUnitId;

    if (props.sharedServices !== false) {
      this.sharedServicesAccount = this.account('SharedServices', 'services', props.sharedServicesAccount,
        this.baselines.database ?? this.baselines.sharedServices);
      this.sharedServicesNetwork = this.network('Network', this.sharedServicesAccount, this.segments.services,
        props.sharedServicesNetwork);
    }
    this.checkWorkAccounts(workAccounts);
    const work = workAccounts.map(options => this.workAccount(options));
    this.workEnvironments = work.map(({ environment }) => environment);
    this.workNetworks = work.flatMap(({ network }) => network ?? []);
    const deployment = props.deployment && this.deploymentAccounts(props.deployment);
    this.deployment = deployment?.environment;
    this.deploymentNetworks = deployment?.networks ?? [];
    this.database = props.existingDatabase ?? (props.database && this.sharedDatabase(props.database));
  }

  private sharedDatabase(database: EnvironmentDatabaseOptions): SharedDatabase {
    const { roleNames, sides, clients = [], ...options } = database;
    const network = this.sharedServicesNetwork;
    if (!this.deployment) {
      fail(this, "'database' needs 'deployment': only the deployment accounts connect to the database");
    }
    if (!network) {
      fail(this, "'database' needs the network of the shared services: give the customer addresses, and keep "
        + "'sharedServices'");
    }
    return SharedDatabase.auroraPostgres(this, 'Database', {
      organization: this.customer.organization,
      network,
      databaseIdentifier: this.nameOf(),
      clients: [...this.databaseClients(roleNames, sides), ...clients],
      ...options,
    });
  }

  private checkWorkAccounts(workAccounts: readonly WorkAccountOptions[]): void {
    const names = workAccounts.map(({ name }) => name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) fail(this, `the work account '${twice}' is declared twice: choose another name`);
    if (names.length >= USUAL_WORK_ACCOUNTS) return;
    Annotations.of(this).addWarningV2('cdk-org-environments:workAccounts',
      `[${this.node.path}] the organization has ${names.length} work account${names.length === 1 ? '' : 's'}; a `
      + `customer usually has at least ${USUAL_WORK_ACCOUNTS}, for development, integration and acceptance`);
  }

  private workAccount(options: WorkAccountOptions) {
    const { source, customer } = this.props;
    const name = checkedPartName(this, 'name of a work account', options.name);
    const environmentName = this.environmentName(name);
    const account = this.account(`${name}Account`, name, options.account, this.baselines.work);
    const environment = new AccountPipelineBranch(this, name, {
      organization: customer.organization,
      environmentName,
      account,
      branch: {
        source, branchName: options.branchName ?? `env/${environmentName}`, parentBranchName: options.parentBranchName,
      },
      pipeline: options.pipeline,
    });
    return { environment, network: this.network(`${name}Network`, account, this.segments.work, options.network) };
  }

  private deploymentAccounts(options: DeploymentAccountsOptions) {
    const { name = 'prod', blueAccount, greenAccount, blueNetwork, greenNetwork, ...release } = options;
    const { source, customer: { organization } } = this.props;
    checkedPartName(this, 'name of the deployment accounts', name);
    const blue = this.account(`${name}BlueAccount`, `${name}-blue`, blueAccount, this.baselines.deployment);
    const green = this.account(`${name}GreenAccount`, `${name}-green`, greenAccount, this.baselines.deployment);
    const environment = new BlueGreenEnvironment(this, name, {
      ...release,
      organization,
      source,
      environmentName: this.environmentName(name),
      blue: { account: blue },
      green: { account: green },
    });
    const networks = [
      this.network(`${name}BlueNetwork`, blue, this.segments.deployment, blueNetwork),
      this.network(`${name}GreenNetwork`, green, this.segments.deployment, greenNetwork),
    ];
    return { environment, networks: networks.flatMap(network => network ?? []) };
  }

  /** The baselines of this organization, and of the customer where it has none. */
  private get baselines(): CustomerAccountBaselines {
    return { ...this.customer.accountBaselines, ...this.props.accountBaselines };
  }

  private account(id: string, name: string, existing?: IAccount, accountBaseline?: AccountBaseline): IAccount {
    const { organization, email } = this.customer;
    const owner = { organization, email, organizationalUnitId: this.organizationalUnitId };
    return existing ?? customerAccount(this, id, owner, { accountName: this.nameOf(name), accountBaseline });
  }

  private network(id: string, account: IAccount, segment: string, existing?: INetwork): INetwork | undefined {
    return customerNetwork(this, id, { customer: this.customer, account, segment, existing, ...this.props.network });
  }

  private environmentName(name: string): string {
    const environmentName = this.nameOf(name);
    const { length } = environmentName;
    if (length > MAX_ENVIRONMENT_NAME) {
      fail(this, `the environment '${environmentName}' would have a name of ${length} characters, but at most `
        + `${MAX_ENVIRONMENT_NAME} are possible: shorten the name of the customer ('${this.customer.customerName}'), `
        + `of the environment organization ('${this.organizationName}') or of the account ('${name}')`);
    }
    return validate.environmentName(this, environmentName);
  }

  private nameOf(...parts: readonly string[]): string {
    return [this.customer.customerName, this.organizationName, ...parts].join('-');
  }
}
