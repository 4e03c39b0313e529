import { Annotations } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { checkedPartName, customerAccount, customerNetwork } from './customer-accounts';
import type { ICustomerOrganization } from './customer-props';
import type {
  DeploymentAccountsOptions, EnvironmentDatabaseOptions, EnvironmentOrganizationProps, WorkAccountOptions,
} from './environment-organization-props';
import { segmentsOf } from './segments';
import type { CustomerSegments } from './segments';
import type { IAccount } from '../account/account-interface';
import { BlueGreenEnvironment } from '../blue-green/blue-green-environment';
import { Side } from '../blue-green/side';
import type { DatabaseClient } from '../database/database-props';
import { SharedDatabase } from '../database/shared-database';
import { AccountPipelineBranch } from '../environment/account-pipeline-branch';
import type { Network } from '../network/network';
import { OrganizationalUnit } from '../organization/organizational-unit';
import { UniqueClaims } from '../private/unique-claims';
import { fail, validate } from '../private/validate';

const USUAL_WORK_ACCOUNTS = 3;

/** Because of the names of what is derived from it. */
const MAX_ENVIRONMENT_NAME = 32;

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
export class EnvironmentOrganization extends Construct {
  /** Name of the environment organization. */
  public readonly organizationName: string;
  /** Id of the organizational unit of its accounts. */
  public readonly organizationalUnitId: string;
  /** The account with what the environments share, for example their database. */
  public readonly sharedServicesAccount: IAccount;
  /** The network of the shared services account. */
  public readonly sharedServicesNetwork: Network;
  /** The environments of the work accounts, in the order of `workAccounts`. */
  public readonly workEnvironments: AccountPipelineBranch[];
  /** The networks of the work accounts, in the order of `workAccounts`. */
  public readonly workNetworks: Network[];
  /** The blue/green environment of the deployment accounts; absent: there is none. */
  public readonly deployment?: BlueGreenEnvironment;
  /** The networks of the deployment accounts, blue and green; empty: there are none. */
  public readonly deploymentNetworks: Network[];

  /** The database that the deployment accounts share; absent: there is none. */
  public readonly database?: SharedDatabase;

  private readonly customer: ICustomerOrganization;
  private readonly segments: CustomerSegments;

  public constructor(scope: Construct, id: string, private readonly props: EnvironmentOrganizationProps) {
    super(scope, id);
    const { customer, workAccounts } = props;
    this.customer = customer;
    this.segments = segmentsOf(customer.customerName);
    this.organizationName = checkedPartName(this, 'name of an environment organization',
      props.organizationName ?? id.toLowerCase());
    UniqueClaims.of(this).claim(this, 'environment organization', this.nameOf(), 'choose another organizationName');
    this.organizationalUnitId = new OrganizationalUnit(this, 'Unit', {
      organization: customer.organization, unitName: this.organizationName, parent: customer.organizationalUnitId,
    }).organizationalUnitId;

    this.sharedServicesAccount = this.account('SharedServices', 'services', props.sharedServicesAccount);
    this.sharedServicesNetwork = this.network('Network', this.sharedServicesAccount, this.segments.services);
    this.checkWorkAccounts(workAccounts);
    const work = workAccounts.map(options => this.workAccount(options));
    this.workEnvironments = work.map(({ environment }) => environment);
    this.workNetworks = work.map(({ network }) => network);
    const deployment = props.deployment && this.deploymentAccounts(props.deployment);
    this.deployment = deployment?.environment;
    this.deploymentNetworks = deployment?.networks ?? [];
    this.database = props.database && this.sharedDatabase(props.database);
  }

  /**
   * Returns the deployment accounts as clients of a `SharedDatabase`.
   *
   * @param roleNames names of their roles that may read the secret of the database, without path
   * @param sides the sides that are clients; by default both
   */
  public databaseClients(roleNames: string[], sides: Side[] = [Side.BLUE, Side.GREEN]): DatabaseClient[] {
    if (sides.length === 0) fail(this, "'sides' of the database must contain at least one side");
    return this.deploymentNetworks.filter((_, index) => sides.includes(index === 0 ? Side.BLUE : Side.GREEN))
      .map(({ account, cidr }) => ({ account, cidr, roleNames }));
  }

  private sharedDatabase(database: EnvironmentDatabaseOptions): SharedDatabase {
    const { roleNames, sides, clients = [], ...options } = database;
    if (this.deploymentNetworks.length === 0) {
      fail(this, "'database' needs 'deployment': only the deployment accounts connect to the database");
    }
    return SharedDatabase.auroraPostgres(this, 'Database', {
      organization: this.customer.organization,
      network: this.sharedServicesNetwork,
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

  private workAccount(options: WorkAccountOptions): { environment: AccountPipelineBranch; network: Network } {
    const { source, customer } = this.props;
    const name = checkedPartName(this, 'name of a work account', options.name);
    const environmentName = this.environmentName(name);
    const account = this.account(`${name}Account`, name, options.account);
    const environment = new AccountPipelineBranch(this, name, {
      organization: customer.organization,
      environmentName,
      account,
      branch: {
        source, branchName: options.branchName ?? `env/${environmentName}`, parentBranchName: options.parentBranchName,
      },
      pipeline: options.pipeline,
    });
    return { environment, network: this.network(`${name}Network`, account, this.segments.work) };
  }

  private deploymentAccounts(options: DeploymentAccountsOptions) {
    const { name = 'prod', blueAccount, greenAccount, ...release } = options;
    const { source, customer: { organization } } = this.props;
    checkedPartName(this, 'name of the deployment accounts', name);
    const blue = this.account(`${name}BlueAccount`, `${name}-blue`, blueAccount);
    const green = this.account(`${name}GreenAccount`, `${name}-green`, greenAccount);
    const environment = new BlueGreenEnvironment(this, name, {
      ...release,
      organization,
      source,
      environmentName: this.environmentName(name),
      blue: { account: blue },
      green: { account: green },
    });
    const networks = [
      this.network(`${name}BlueNetwork`, blue, this.segments.deployment),
      this.network(`${name}GreenNetwork`, green, this.segments.deployment),
    ];
    return { environment, networks };
  }

  private account(id: string, name: string, existing: IAccount | undefined): IAccount {
    const { organization, email } = this.customer;
    const { organizationalUnitId } = this;
    return existing ?? customerAccount(this, id, { organization, email, organizationalUnitId }, this.nameOf(name));
  }

  private network(id: string, account: IAccount, segment: string): Network {
    return customerNetwork(this, id, { customer: this.customer, account, segment, ...this.props.network });
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
