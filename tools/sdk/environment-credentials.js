import { fromEnv } from '@aws-sdk/credential-provider-env';

// Lambda gives a function its credentials in environment variables; they change only with the process
export const defaultProvider = fromEnv;
