import { Logger } from '@aws-lambda-powertools/logger';
import { accountHasPipeline } from './errors';
import type { PipelineRequest } from '../../src/pipeline/contract';
import { NAMES } from '../../src/private/contract';
import type { Accounts } from '../cloudformation/accounts';
import { NEVER_CREATED, StackFailedError } from '../cloudformation/stack-deployer';
import type { ListedStack } from '../cloudformation/stack-deployer';
import { isTransient } from '../shared/errors';

/** The roles of a pipeline have the same names in each account. */
const ROLE_EXISTS = new RegExp(`${NAMES.pipelineRolePrefix}[\\w-]+'? already exists`);

const logger = new Logger({ serviceName: 'org-environments' });

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

  /**
   * Name of another pipeline in the account. A lookup that fails must not hide the cause that it was to explain.
   */
  private async find(request: PipelineRequest): Promise<string | undefined> {
    try {
      const stacks = await this.accounts.stacksIn({ ...request, stackName: '' });
      const other = otherPipeline(await stacks.list(), request);
      return other?.stackName.slice(NAMES.pipelineStackPrefix.length);
    } catch (lookup) {
      if (isTransient(lookup)) throw lookup;
      const reason = lookup instanceof Error ? lookup.message : String(lookup);
      logger.warn('the stacks of the account cannot be listed', { accountId: request.accountId, error: reason });
      return undefined;
    }
  }
}

/** The stack of another pipeline in an account. A stack without our mark, or one that has failed, is not one. */
export function otherPipeline(
  stacks: readonly ListedStack[], { stackName: own }: Pick<PipelineRequest, 'stackName'>,
): ListedStack | undefined {
  return stacks.find(({ stackName, status, tags }) =>
    stackName !== own
    && stackName.startsWith(NAMES.pipelineStackPrefix)
    && tags[NAMES.stackTag] !== undefined
    && !NEVER_CREATED.includes(status));
}
