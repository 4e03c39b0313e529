import { AwsError, HttpResponse } from '../../../core/service';
import type { Call, Operation } from '../../../core/service';

const NAMES = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'];

/** Routes of S3 Control, which is signed as S3. */
export const ACCOUNT_ROUTES = {
  GetAccountPublicAccessBlock: 'GET /v20180820/configuration/publicAccessBlock',
  PutAccountPublicAccessBlock: 'PUT /v20180820/configuration/publicAccessBlock',
};

/** The public access blocks of accounts. */
export function accountOperations(): Record<string, Operation> {
  const blocks = new Map<string, Record<string, string>>();
  const accountOf = ({ caller, request }: Call): string => {
    const named = request.headers['x-amz-account-id'];
    if (named === caller.accountId) return named;
    throw new AwsError('AccessDenied', 'Access Denied', 403);
  };
  return {
    GetAccountPublicAccessBlock: async call => {
      const found = blocks.get(accountOf(call));
      if (found) return { PublicAccessBlockConfiguration: found };
      throw new AwsError(
        'NoSuchPublicAccessBlockConfiguration', 'The public access block configuration was not found', 404,
      );
    },
    PutAccountPublicAccessBlock: async call => {
      const text = call.request.body.toString('utf8');
      const valueOf = (name: string) => new RegExp(`<${name}>(true|false)<`).exec(text)?.[1] ?? 'false';
      blocks.set(accountOf(call), Object.fromEntries(NAMES.map(name => [name, valueOf(name)])));
      return new HttpResponse(201);
    },
  };
}
