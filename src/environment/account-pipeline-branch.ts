import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct, IConstruct } from 'constructs';
import type { IAccount } from '../account/account-interface';
import { Branch, BranchOptions } from '../branch/branch';
import { environmentMetric } from '../monitoring/environment-metrics';
import type { IOrganization } from '../organization/organization-interface';
import { Pipeline, PipelineOptions } from '../pipeline/pipeline';
import { UniqueClaims } from '../private/unique-claims';
import { validate } from '../private/validate';

/** An environment. */
export interface IAccountPipelineBranch extends IConstruct {
  /** Name of the environment. */
  readonly environmentName: string;

  /**
   * Metric of the runs that have deployed a commit. Unit: count.
   *
   * @default Sum over 5 minutes
   */
  metricDeployments(options?: MetricOptions): Metric;

  /**
   * Metric of the runs that have failed after they had started to change the account. Unit: count.
   *
   * @default Sum over 5 minutes
   */
  metricFailedDeployments(options?: MetricOptions): Metric;

  /**
   * Metric of the time from the author's time of a commit to its deployment. Unit: seconds.
   *
   * @default Average over 5 minutes
   */
  metricLeadTime(options?: MetricOptions): Metric;

  /**
   * Metric of the time from the first failure to the next deployment that succeeded, of a new commit or by a rollback.
   * Unit: seconds.
   *
   * @default Average over 5 minutes
   */
  metricTimeToRestore(options?: MetricOptions): Metric;
}

/** Properties of `AccountPipelineBranch`. */
export interface AccountPipelineBranchProps {
  /** The organization of the environment. */
  readonly organization: IOrganization;

  /** The account of the environment: a vended one (`new Account`), or one that exists (`Account.fromAccountId`). */
  readonly account: IAccount;

  /** The branch of the environment. */
  readonly branch: BranchOptions;

  /**
   * Name of the environment: 1 to 32 letters, digits and hyphens, beginning with a letter. Another name is another
   * environment: when the id of the construct changes, set the former id here.
   *
   * @default - the id of the construct
   */
  readonly environmentName?: string;

  /**
   * Options of the pipeline of the environment.
   *
   * @default - the pipeline deploys every commit, without approval
   */
  readonly pipeline?: PipelineOptions;
}

abstract class EnvironmentBase extends Construct implements IAccountPipelineBranch {
  public abstract readonly environmentName: string;

  public metricDeployments(options?: MetricOptions): Metric {
    return environmentMetric('deployments', this.environmentName, options);
  }

  public metricFailedDeployments(options?: MetricOptions): Metric {
    return environmentMetric('failedDeployments', this.environmentName, options);
  }

  public metricLeadTime(options?: MetricOptions): Metric {
    return environmentMetric('leadTime', this.environmentName, options);
  }

  public metricTimeToRestore(options?: MetricOptions): Metric {
    return environmentMetric('timeToRestore', this.environmentName, options);
  }
}

/**
 * An environment: one branch, one pipeline, one account. The pipeline deploys each commit of the branch in the account.
 *
 * @example
 * const environment = new AccountPipelineBranch(this, 'test', {
 *   organization,
 *   account,
 *   branch: { source, branchName: 'env/test' },
 * });
 * environment.metricFailedDeployments().createAlarm(this, 'Failed', { threshold: 1, evaluationPeriods: 1 });
 */
export class AccountPipelineBranch extends EnvironmentBase {
  /**
   * Imports an environment that another app of the same CICD account and region has defined.
   *
   * @param environmentName name of the environment
   */
  public static fromEnvironmentName(scope: Construct, id: string, environmentName: string): IAccountPipelineBranch {
    class Import extends EnvironmentBase {
      public readonly environmentName = validate.environmentName(this, environmentName);
    }
    return new Import(scope, id);
  }

  /** Name of the environment. */
  public readonly environmentName: string;

  /** The account of the environment. */
  public readonly account: IAccount;

  /** The branch of the environment. It can be the parent branch of other environments. */
  public readonly branch: Branch;

  /** The pipeline of the environment. */
  public readonly pipeline: Pipeline;

  public constructor(scope: Construct, id: string, props: AccountPipelineBranchProps) {
    super(scope, id);
    const { organization, account } = props;
    const environmentName = validate.environmentName(this, props.environmentName ?? id);
    UniqueClaims.of(this).claim(this, 'environment name', environmentName, 'choose another environmentName');

    this.environmentName = environmentName;
    this.account = account;
    this.branch = new Branch(this, 'Branch', { organization, account, environmentName, ...props.branch });
    this.pipeline = new Pipeline(this, 'Pipeline', {
      organization, account, environmentName, branch: this.branch, ...props.pipeline,
    });
  }
}
