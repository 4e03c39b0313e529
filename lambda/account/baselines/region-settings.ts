import type { Setting } from './setting';
import type { Api } from '../../shared/api/api';
import { textAt } from '../../shared/api/protocols';

/**
 * Blocks the sharing of EBS snapshots with everybody in a region.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EnableSnapshotBlockPublicAccess.html
 */
export function snapshotSharing(api: Api, region: string): Setting {
  const call = { service: 'ec2', region } as const;
  const State = 'block-all-sharing';
  return {
    problem: `public sharing of snapshots is not blocked in ${region}`,
    isSet: async () => {
      const found = await api.call({ ...call, operation: 'GetSnapshotBlockPublicAccessState', input: {} });
      return textAt(found, 'state') === State;
    },
    set: async () => void await api.call({ ...call, operation: 'EnableSnapshotBlockPublicAccess', input: { State } }),
  };
}

/**
 * Makes version 2 of the instance metadata service the default of a region.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceMetadataDefaults.html
 */
export function instanceMetadata(api: Api, region: string): Setting {
  const call = { service: 'ec2', region } as const;
  const HttpTokens = 'required';
  return {
    problem: `version 2 of the instance metadata service is not the default in ${region}`,
    isSet: async () => {
      const found = await api.call({ ...call, operation: 'GetInstanceMetadataDefaults', input: {} });
      return textAt(found, 'accountLevel.httpTokens') === HttpTokens;
    },
    set: async () =>
      void await api.call({ ...call, operation: 'ModifyInstanceMetadataDefaults', input: { HttpTokens } }),
  };
}
