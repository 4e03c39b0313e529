import { fromEnv } from '@aws-sdk/credential-provider-env';

// Lambda passes credentials in environment variables, which do not change during the life of the process
export const defaultProvider = fromEnv;
