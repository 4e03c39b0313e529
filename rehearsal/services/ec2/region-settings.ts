import * as v from 'valibot';
import { everywhere } from '../../core/permissions';
import { read } from '../../core/protocol/read';
import { Regional } from '../../core/regional';
import type { Call, Operation, Permissions } from '../../core/service';

const SnapshotInput = v.object({ State: v.picklist(['block-all-sharing', 'block-new-sharing']) });
const MetadataInput = v.object({
  HttpTokens: v.optional(v.picklist(['required', 'optional', 'no-preference'])),
});

interface Settings {
  snapshotState: string;
  httpTokens?: string;
}

/** Settings of EC2 in a region of an account: public sharing of snapshots, and defaults of instance metadata. */
export function regionSettings(): Record<string, Operation> {
  const all = new Regional((): Settings => ({ snapshotState: 'unblocked' }));
  const settings = ({ caller, region }: Call) => all.of(caller.accountId, region);
  return {
    GetSnapshotBlockPublicAccessState: async call => ({ state: settings(call).snapshotState }),
    EnableSnapshotBlockPublicAccess: async call => {
      const { State: state } = read(SnapshotInput, call.input);
      settings(call).snapshotState = state;
      return { state };
    },
    GetInstanceMetadataDefaults: async call => {
      const { httpTokens } = settings(call);
      return { accountLevel: httpTokens === undefined ? {} : { httpTokens } };
    },
    ModifyInstanceMetadataDefaults: async call => {
      const { HttpTokens: wanted } = read(MetadataInput, call.input);
      if (wanted !== undefined) settings(call).httpTokens = wanted;
      return { return: true };
    },
  };
}

export const settingPermissions: Record<string, Permissions> = everywhere([
  'EnableSnapshotBlockPublicAccess', 'GetInstanceMetadataDefaults', 'GetSnapshotBlockPublicAccessState',
  'ModifyInstanceMetadataDefaults',
]);
