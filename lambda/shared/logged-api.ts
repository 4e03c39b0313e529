import type { AwsCredentialIdentity } from '@smithy/types';
import type { Api } from './api/api';
import { AwsApi } from './api/api';
import { logCall } from './call-log';

/** AWS without the clients of the SDK. What a call has changed is logged. */
export function loggedApi(credentials: () => Promise<AwsCredentialIdentity>, partition: string): Api {
  const api = new AwsApi(credentials, partition);
  return {
    call: async call => {
      const answer = await api.call(call);
      logCall(`${call.service}:${call.operation}`, call.input);
      return answer;
    },
  };
}
