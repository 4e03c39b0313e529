import * as v from 'valibot';
import { partitionOfRegion } from './partition';
import type { Place } from './service';

const Destination = { region: v.optional(v.string()), assumeRoleArn: v.optional(v.string()) };

/** A manifest of assets, which the CDK writes for each stack. */
export const AssetManifest = v.object({
  files: v.optional(v.record(v.string(), v.object({
    source: v.object({
      path: v.optional(v.string()),
      packaging: v.optional(v.string(), 'file'),
      executable: v.optional(v.array(v.string())),
    }),
    destinations: v.record(v.string(), v.object({ ...Destination, bucketName: v.string(), objectKey: v.string() })),
  })), {}),
  dockerImages: v.optional(v.record(v.string(), v.object({
    displayName: v.optional(v.string()),
    destinations: v.record(v.string(), v.object({ ...Destination, repositoryName: v.string(), imageTag: v.string() })),
  })), {}),
});

/** Replaces the placeholders of the CDK for account, region and partition. */
export function withPlaceholdersReplaced(value: string, { accountId, region }: Place): string {
  return value
    .replaceAll('${AWS::AccountId}', accountId)
    .replaceAll('${AWS::Region}', region)
    .replaceAll('${AWS::Partition}', partitionOfRegion(region));
}
