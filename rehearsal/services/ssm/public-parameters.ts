import { createHash } from 'node:crypto';

/** Names of public parameters with the latest machine images. */
const IMAGES = [
  /^\/aws\/service\/ami-amazon-linux-latest\/al20\d\d-ami(?:-minimal)?-kernel-[\w.]+-(?:x86_64|arm64)$/,
  /^\/aws\/service\/ami-amazon-linux-latest\/amzn2?-ami-[\w.-]+-(?:x86_64|arm64|i386)-\w+$/,
  /^\/aws\/service\/ami-[\w-]*windows-latest\/.+$/,
  /^\/aws\/service\/debian\/.+$/,
  /^\/aws\/service\/.+\/(?:image_id|ami-id)$/,
];

/** Returns a generated id of a public image, which is the same in every run. */
export function publicParameter(region: string, name: string): string | undefined {
  if (!IMAGES.some(pattern => pattern.test(name))) return undefined;
  return `ami-0${createHash('sha256').update(`${region} ${name}`).digest('hex').slice(0, 16)}`;
}
