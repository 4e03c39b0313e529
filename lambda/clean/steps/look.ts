import type { Found } from './list';
import { MAX_ROUNDS, PASS_PAUSE_SECONDS } from './plan';
import { sparesOf } from './spares';
import { keyOf, leftoverOf } from '../context';
import type { CleanContext, StepResult } from '../context';
import { typesOfEvents } from '../narrowing';
import type { Finding } from '../ports';
import { DOCUMENTS } from '../record';
import { sparedResource } from '../spare/spare';

/** A look at one state of the account. */
interface Look {
  readonly position: number;
  readonly found: readonly Finding[];
}

/** The round in which an inspection first saw a finding, by its key. */
type Seen = Readonly<Record<string, number>>;

/** Looks at all regions without the lists of the cleaners. What it finds is listed, and deleted. */
export async function look(context: CleanContext): Promise<StepResult> {
  const { record: { regions, position, round, looks }, parts } = context;
  const name = `look-${round}-${looks}`;
  const { found } = (await context.document<Look>(name)) ?? { found: [] };
  const region = regions[position];
  if (region !== undefined) {
    const spares = await sparesOf(context, region);
    const all = await parts.inspection.look(region);
    const more = all.filter(one => sparedResource(asResource(one), spares) === undefined);
    await context.write(name, { position, found: unique([...found, ...more]) } satisfies Look);
    return { wait: 0, change: { position: position + 1 } };
  }
  const costs = looks > 0 ? await parts.inspection.costs(firstLookOf(context)) : [];
  // the tagging API shows what was deleted for some hours: the second look decides
  const isLast = looks > 0 || context.record.secondLookSeconds === 0;
  return afterLook(context, unique([...found.filter(({ by }) => isLast || by !== 'tags'), ...costs]));
}

/** When the first look was: what was deleted before has caused costs until then. */
function firstLookOf({ record: { notBefore, secondLookSeconds }, parts }: CleanContext): number {
  return (notBefore ?? parts.now()) - secondLookSeconds * 1000;
}

async function afterLook(context: CleanContext, found: readonly Finding[]): Promise<StepResult> {
  const { record, parts } = context;
  const left = new Set((await context.leftovers()).map(keyOf));
  const fresh = found.filter(one => !left.has(keyOf(one)));
  const seen = (await context.document<Seen>(DOCUMENTS.seen)) ?? {};
  // a repeated step reads what it has written itself
  const wasListed = (one: Finding) => (seen[keyOf(one)] ?? record.round) < record.round || record.round > MAX_ROUNDS
    || (one.by === 'costs' && record.full) || one.denied !== undefined;
  await context.write(DOCUMENTS.findings, found);
  await context.write(DOCUMENTS.seen, {
    ...Object.fromEntries(fresh.map(one => [keyOf(one), record.round])), ...seen,
  } satisfies Seen);
  const [again, first] = [fresh.filter(one => wasListed(one)), fresh.filter(one => !wasListed(one))];
  const verdict = ({ denied }: Finding) => denied === undefined ? 'unknown' : 'unseen';
  await context.addLeftovers(again.map(one => leftoverOf(one, verdict(one), explain(one))));
  if (first.length > 0) return listAgain(context, first);
  const looks = record.looks + 1;
  const hasLeftovers = left.size > 0 || again.length > 0;
  if (hasLeftovers || record.secondLookSeconds === 0 || looks > 1) return { next: 'end', change: { looks } };
  const until = parts.now() + record.secondLookSeconds * 1000;
  await parts.hold.markWaiting(record, until);
  return { next: 'look', change: { looks, notBefore: until } };
}

/** The next list contains the types that were found. What only costs show may have any type. */
async function listAgain(context: CleanContext, findings: readonly Finding[]): Promise<StepResult> {
  const { record, parts } = context;
  const known = new Set((await parts.cleaners.types()).map(({ type }) => type));
  for (const { type, region } of findings) {
    const service = (type.split('::')[1] ?? '').toLowerCase();
    const types = known.has(type)
      ? [type]
      : typesOfEvents([{ source: `${service}.amazonaws.com`, name: 'Create', types: [] }], known);
    await context.addToScope(region, types);
  }
  const full = record.full || findings.some(({ by }) => by === 'costs');
  const notBefore = parts.now() + PASS_PAUSE_SECONDS * 1000;
  // the second look is repeated: it must be a day after the last deletion
  return { next: 'stop', change: { round: record.round + 1, emptyPasses: 0, looks: 0, full, notBefore } };
}

function explain({ by, denied }: Finding): string {
  if (denied !== undefined) return `its list was denied: ${denied}`;
  const what = {
    tags: 'the tagging API shows it',
    costs: 'it causes costs',
    services: 'its service shows it',
  };
  return `${what[by]}, and no cleaner can delete it`;
}

function unique(findings: readonly Finding[]): readonly Finding[] {
  return [...new Map(findings.map(one => [keyOf(one), one])).values()];
}

function asResource(finding: Finding) {
  return { ...finding, cleaner: '', ...(finding.id.startsWith('arn:') && { arn: finding.id }) };
}

/** Keys of what the last list and the last look have found. */
export async function lastFound(context: CleanContext): Promise<ReadonlySet<string>> {
  const { resources: found = [], unseen = [] } =
    (await context.document<Found>(DOCUMENTS.found(context.record.round))) ?? {};
  const findings = (await context.document<Finding[]>(DOCUMENTS.findings)) ?? [];
  return new Set([...found, ...unseen, ...findings].map(keyOf));
}
