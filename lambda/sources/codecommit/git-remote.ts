import { createHash, createHmac } from 'node:crypto';
import type { AwsCredentialIdentity } from '@smithy/types';
import { basicAuthorization } from '../git/authorization';
import type { GitRemote } from '../source';

interface Place {
  readonly repositoryName: string;
  readonly region: string;
  readonly credentials: AwsCredentialIdentity;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const SERVICE = 'codecommit';

/**
 * Where git reads and writes a repository of CodeCommit. The password is a signature of the address that is valid for
 * 15 minutes, as `git-remote-codecommit` makes it: https://github.com/aws/git-remote-codecommit
 */
export function codeCommitRemote({ repositoryName, region, credentials, now }: Place): GitRemote {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const hostname = `git-codecommit.${region}.${region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'}`;
  const path = `/v1/repos/${repositoryName}`;
  // 20260131T235959
  const time = new Date(now).toISOString().replace(/[-:]|\.\d+Z$/g, '');
  const day = time.slice(0, 8);
  const request = `GIT\n${path}\n\nhost:${hostname}\n\nhost\n`;
  const scope = `${day}/${region}/${SERVICE}/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', time, scope, createHash('sha256').update(request).digest('hex')].join('\n');
  const key = [day, region, SERVICE, 'aws4_request'].reduce<string | Buffer>(signed, `AWS4${secretAccessKey}`);
  const user = sessionToken === undefined ? accessKeyId : `${accessKeyId}%${sessionToken}`;
  return {
    url: `https://${hostname}${path}`,
    authorization: basicAuthorization(user, `${time}Z${signed(key, text).toString('hex')}`),
  };
}

function signed(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
