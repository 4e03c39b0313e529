/** Qualifier of the CDK bootstrap in vended accounts: the default of CDK, so that plain `cdk deploy` works there. */
export const BOOTSTRAP_QUALIFIER = 'hnb659fds';
