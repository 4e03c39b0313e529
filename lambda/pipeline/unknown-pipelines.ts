import { accountHasPipeline } from './errors';
import type { PipelineRequest } from '../../src/pipeline/contract';
import { NAMES } from '../../src/private/contract';
import type { Accounts } from '../cloudformation/accounts';
import { StackFailedError } from '../cloudformation/stack-deployer';
import { isAccessDenied } from '../shared/errors';

/** The roles of a pipeline have the same names in each account. */
const ROLE_EXISTS = new RegExp(`${NAMES.pipelineRolePrefix}[\\w-]+'? already exists`);

/** Pipelines in accounts that a lost or older registry does not know. */
export class UnknownPipelines {
  /** @param accounts the accounts, through the roles that deploy applications, which may list all stacks */
  public constructor(private readonly accounts: Accounts) {}

  /**
   * Returns the error for an account with the pipeline of another environment, if that is the cause of a failure;
   * other errors are returned unchanged.
   */
  public async explain(request: PipelineRequest, error: unknown): Promise<unknown> {
    const found = error instanceof StackFailedError && error.what === 'created' && ROLE_EXISTS.exec(error.message);
    if (!found) return error;
    const name = await this.find(request);
    return name === undefined ? error : accountHasPipeline(request, name, found[0]);
  }

  /** Name of another pipeline in the account. A stack without our mark is not one. */
  private async find(request: PipelineRequest): Promise<string | undefined> {
    try {
      const stacks = await this.accounts.stacksIn({ ...request, stackName: '' });
      const other = (await stacks.list()).find(
        ({ stackName, tags }) =>
          stackName !== request.stackName
          && stackName.startsWith(NAMES.pipelineRolePrefix)
          && tags[NAMES.stackTag] !== undefined,
      );
      return other?.stackName.slice(NAMES.pipelineRolePrefix.length);
    } catch (error) {
      if (isAccessDenied(error)) return undefined;
      throw error;
    }
  }
}
