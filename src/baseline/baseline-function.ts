import { Policy } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { BASELINE_ENVIRONMENT } from './contract';
import { ACCOUNT_KIND } from '../account/kind';
import { recordsOf } from '../kinds/custom-resources';
import { acknowledgePermissions, recordPermissions } from '../kinds/permissions';
import { internalsOf } from '../organization/internals';
import type { IOrganization } from '../organization/organization-interface';
import { fail } from '../private/validate';
import { LISTED, RECORDS } from '../registry/contract';
import { readFiles } from '../stack/kind';

const ID = 'AccountBaselines';

/** What an organization with baselines has in addition: permissions of the account function. */
export class BaselineFunction extends Construct {
  public static of(scope: Construct, organization: IOrganization): BaselineFunction {
    const existing = organization.node.tryFindChild(ID);
    return existing instanceof BaselineFunction ? existing : new BaselineFunction(scope, organization);
  }

  private constructor(scope: Construct, organization: IOrganization) {
    const { accountFunction } = internalsOf(scope, organization);
    if (!accountFunction) {
      fail(scope, 'the organization is imported, but only the app that defines it can give its accounts a baseline: '
        + 'define the baseline in that app');
    }
    super(organization, ID);
    // with the records of the function, because a transaction needs one statement for all that it writes
    const { write = [], put = [] } = recordsOf(ACCOUNT_KIND);
    const permissions = [
      ...recordPermissions(organization.registry, {
        write: [...write, RECORDS.baseline], put: [...put], list: [LISTED.account],
      }),
      readFiles(),
    ];
    const policy = new Policy(this, 'AccountFunction', { statements: permissions.map(({ statement }) => statement) });
    acknowledgePermissions(policy, permissions);
    accountFunction.role?.attachInlinePolicy(policy);
    accountFunction.addEnvironment(BASELINE_ENVIRONMENT.ACCOUNT_BASELINES, 'true');
  }
}
