/** Regions that are enabled in every account of a partition. */
const DEFAULT_REGIONS: Readonly<Record<string, readonly string[]>> = {
  'aws': [
    'ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3', 'ap-south-1', 'ap-southeast-1', 'ap-southeast-2',
    'ca-central-1', 'eu-central-1', 'eu-north-1', 'eu-west-1', 'eu-west-2', 'eu-west-3', 'sa-east-1', 'us-east-1',
    'us-east-2', 'us-west-1', 'us-west-2',
  ],
  'aws-cn': ['cn-north-1', 'cn-northwest-1'],
  'aws-us-gov': ['us-gov-east-1', 'us-gov-west-1'],
  'aws-eusc': ['eusc-de-east-1'],
};

export function enabledRegions(partition: string): readonly string[] {
  return DEFAULT_REGIONS[partition] ?? DEFAULT_REGIONS.aws ?? [];
}
