import { AwsCleaners } from './aws/cleaners';
import { FunctionCleaner } from './aws/function-cleaner';
import { AwsInspection } from './aws/inspection';
import { LeaseHold } from './aws/lease-hold';
import { RegistryPlanStore } from './aws/plan-store';
import { AwsStacks } from './aws/stacks';
import { AwsStops } from './aws/stops';
import { AwsTrail } from './aws/trail';
import { AccountCleaner } from './cleaner';
import type { CleanOutcome } from './cleaner';
import { ContentsCleaner } from './table/contents-cleaner';
import type { CleanMachineInput } from '../../src/clean/contract';
import { CLEAN_DEFAULTS } from '../../src/clean/contract';
import { BOOTSTRAP_QUALIFIER, HANDLER_ENVIRONMENT, NAMES } from '../../src/private/contract';
import { bootstrapRole } from '../cloudformation/roles';
import { TableRegistry } from '../registry/table';
import { partitionOf } from '../shared/api/services';
import { assumeRole } from '../shared/assume-role';
import { loggedApi } from '../shared/logged-api';
import { withSessionName } from '../shared/session-name';

const partition = process.env[HANDLER_ENVIRONMENT.PARTITION] ?? 'aws';
const registry = new TableRegistry();

/** Takes the cleaning of an account one step further; the state machine invokes it until the end. */
export async function handler(input: CleanMachineInput): Promise<CleanOutcome> {
  const request = { full: false, spare: [], ...CLEAN_DEFAULTS, ...input };
  return withSessionName(request.accountId, request.cleanId, async () => cleanerOf(input).advance(request));
}

function cleanerOf({ accountId, region, leasedAt, cleaners = [] }: CleanMachineInput): AccountCleaner {
  const { main } = partitionOf(partition);
  const now = Date.now;
  const roleArn = `arn:${partition}:iam::${accountId}:role/${NAMES.cleanRole}-${region}`;
  const credentials = async () => assumeRole({ roleArn });
  const api = loggedApi(credentials, partition);
  const own = loggedApi(ownCredentials, partition);
  const others = [
    new ContentsCleaner(api, { accountId, region, leasedAt }),
    ...cleaners.map(cleaner => new FunctionCleaner(cleaner, own, accountId)),
  ];
  const executionRole = (place: string) =>
    bootstrapRole(partition, 'cfn-exec', { accountId, region: place, qualifier: BOOTSTRAP_QUALIFIER, stackName: '' });
  return new AccountCleaner({
    stacks: new AwsStacks(credentials, executionRole),
    cleaners: new AwsCleaners(api, accountId, main, credentials, others),
    stops: new AwsStops(api, accountId),
    trail: new AwsTrail(api, now),
    inspection: new AwsInspection(api, accountId, main, now),
    store: new RegistryPlanStore(registry, now),
    hold: new LeaseHold(registry, now),
    now,
  });
}

async function ownCredentials() {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '', AWS_SESSION_TOKEN: sessionToken,
  } = process.env;
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}
