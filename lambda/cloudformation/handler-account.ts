import { HANDLER_ENVIRONMENT } from '../../src/private/contract';

/** The CICD account, in which the functions run. */
export interface HandlerAccount {
  readonly partition: string;
  readonly accountId: string;
  /** The closed CICD account that it replaces. */
  readonly replacedAccountId?: string;
}

/** Reads the account from the environment variables of the function. */
export function handlerAccount(environment: NodeJS.ProcessEnv = process.env): HandlerAccount {
  const replacedAccountId = environment[HANDLER_ENVIRONMENT.REPLACED_CICD_ACCOUNT];
  return {
    partition: environment[HANDLER_ENVIRONMENT.PARTITION] ?? 'aws',
    accountId: environment[HANDLER_ENVIRONMENT.CICD_ACCOUNT] ?? '',
    ...replacedAccountId && { replacedAccountId },
  };
}
