import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CleanableType } from '../../lambda/clean/ports';

const LIBRARY = dirname(require.resolve('aws-cdk-lib/package.json'));
const GLOBAL = /^AWS::(IAM|Route53|CloudFront|Organizations|S3::Bucket$)/;

/** All types that CloudFormation has, as far as the CDK knows them: about 1,900. */
export function allTypes(): readonly CleanableType[] {
  const names = new Set<string>();
  for (const service of readdirSync(LIBRARY).filter(name => /^(aws|alexa)-/.test(name))) {
    const folder = join(LIBRARY, service, 'lib');
    for (const file of readdirSync(folder).filter(name => name.endsWith('.generated.js'))) {
      const found = readFileSync(join(folder, file), 'utf8').matchAll(/CFN_RESOURCE_TYPE_NAME="(AWS::[\w:]+)"/g);
      for (const [, name = ''] of found) names.add(name);
    }
  }
  return [...names].map(type => ({ type, cleaner: 'cloudcontrol', isGlobal: GLOBAL.test(type) }));
}
