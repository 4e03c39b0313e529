import { codeCommitRemote } from '../../lambda/sources/codecommit/git-remote';
import { packet, unpacked } from '../../lambda/sources/git/packets';

const PLACE = {
  repositoryName: 'shop',
  region: 'eu-west-1',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
  now: Date.UTC(2026, 0, 31, 23, 59, 59, 999),
};

const textOf = (authorization: string) => Buffer.from(authorization.replace('Basic ', ''), 'base64').toString();

test('the password for git in CodeCommit is the signature that git-remote-codecommit makes', () => {
  const { url, authorization } = codeCommitRemote(PLACE);
  expect(url).toBe('https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/shop');
  expect(textOf(authorization)).toBe(
    'AKIDEXAMPLE:20260131T235959Z5156bc88bfb748c4b536ad2657faaad3ad75818935d3c1581e857a1aff941e4f',
  );
});

test('the session token is part of the user, and China has an address of its own', () => {
  const credentials = { ...PLACE.credentials, sessionToken: 'session/token+==' };
  const { url, authorization } = codeCommitRemote({ ...PLACE, credentials, region: 'cn-north-1' });
  expect(url).toBe('https://git-codecommit.cn-north-1.amazonaws.com.cn/v1/repos/shop');
  expect(textOf(authorization)).toMatch(/^AKIDEXAMPLE%session\/token\+==:20260131T235959Z[0-9a-f]{64}$/);
});

test('a response of git is split into packets, and a pack after them', () => {
  const { packets, rest } = unpacked(Buffer.from(`${packet('NAK\n')}0000${packet('größe')}PACK\0\0`));
  expect(packets.map(String)).toEqual(['NAK\n', 'größe']);
  expect(String(rest)).toBe('PACK\0\0');
});

test.each(['<html>', '00ffshort', '00'])('the response %j is not complete', text => {
  expect(() => unpacked(Buffer.from(text))).toThrow('the response is not complete');
});
