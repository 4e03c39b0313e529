import { Construct } from 'constructs';
import type { IAccount } from '../account/account-interface';
import { Branch, BranchOptions } from '../branch/branch';
import type { IOrganization } from '../organization/organization-interface';
import { Pipeline, PipelineOptions } from '../pipeline/pipeline';
import { UniqueClaims } from '../private/unique-claims';
import { validate } from '../private/validate';

/** Properties of `AccountPipelineBranch`. */
export interface AccountPipelineBranchProps {
  /** The organization that the environment belongs to. */
  readonly organization: IOrganization;

  /** The account of the environment: a vended one (`new Account`) or one that exists (`Account.fromAccountId`). */
  readonly account: IAccount;

  /** The branch of the environment. */
  readonly branch: BranchOptions;

  /**
   * Name of the environment: 1 to 32 letters, digits and hyphens, beginning with a letter. An environment of another name is another environment:
   * when the construct is renamed, give it its former name here.
   *
   * @default - the id of the construct
   */
  readonly environmentName?: string;

  /**
   * How the pipeline of the environment works.
   *
   * @default - every commit is deployed, without approval
   */
  readonly pipeline?: PipelineOptions;
}

/** An environment: one branch, one pipeline, one account. */
export class AccountPipelineBranch extends Construct {
  /** Name of the environment. */
  public readonly environmentName: string;

  /** The account of the environment. */
  public readonly account: IAccount;

  /** The branch of the environment; other environments may come from it. */
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
    this.pipeline = new Pipeline(this, 'Pipeline', { organization, account, environmentName, branch: this.branch, ...props.pipeline });
  }
}
