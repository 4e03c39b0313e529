import { createHash } from 'node:crypto';
import type { BaselineRequest } from '../../../src/baseline/contract';
import { ORGANIZATION_TARGET } from '../../../src/baseline/contract';
import type { AccountRecord } from '../../registry/account';
import { baselineKey } from '../../registry/baseline';
import type { BaselineRecord } from '../../registry/baseline';
import type { AccountContext } from '../context';
import { isPool } from '../record';

/** The baseline that an account is to have. */
export interface AssignedBaseline {
  readonly request: BaselineRequest;
  /** The same for baselines with the same contents. */
  readonly fingerprint: string;
  /** Time of the last request of the baseline, in milliseconds since 1970. */
  readonly attempt: number;
}

type Context = Pick<AccountContext, 'registry' | 'baselines'>;

/** Targets whose baseline an account may get: it gets the first one that there is. */
export function targetsOf(owner: AccountRecord['owners'][number]): readonly string[] {
  const { request, id } = owner;
  const own = request.kind !== 'named' && request.baseline !== undefined ? [request.baseline] : [];
  // the id of a pool as an owner is its target
  return request.kind === 'vended' ? [...own, ...isPool(owner) ? [id] : [], ORGANIZATION_TARGET] : own;
}

/** The baseline of an account itself or of its pool, or else that of the organization. */
export async function assignedBaseline(
  context: Context, account: Pick<AccountRecord, 'owners'>,
): Promise<AssignedBaseline | undefined> {
  if (!context.baselines.isUsed) return undefined;
  const owner = account.owners.at(-1);
  for (const target of owner ? targetsOf(owner) : []) {
    const record = await context.registry.read<BaselineRecord>(baselineKey(target));
    if (record && record.owners.length > 0) return assigned(record);
  }
  return undefined;
}

export function assigned({ request, attempt }: Pick<BaselineRecord, 'request' | 'attempt'>): AssignedBaseline {
  const { templateKey, parameters, settings } = request;
  const text = JSON.stringify([templateKey, sorted(parameters), sorted(settings)]);
  return { request, attempt, fingerprint: createHash('sha256').update(text).digest('hex').slice(0, 32) };
}

/** DynamoDB does not keep the order of names. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value).sort(([one], [other]) => one.localeCompare(other))
    .map(([name, item]) => [name, sorted(item)]);
}
