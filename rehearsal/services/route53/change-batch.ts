import type { HostedZone } from './hosted-zone';
import { isSame, keyOf, ROUTINGS, type Change, type RecordSet } from './record-set';
import { AwsError } from '../../core/service';

const MAXIMUM_RECORDS = 1000;
const MAXIMUM_WEIGHT = 255;
const MAXIMUM_STRING = 255;

/** Finds a hosted zone by id, for targets of aliases. */
export type FindZone = (id: string) => HostedZone | undefined;

/**
 * Returns the record sets of a zone after a batch of changes: all of them or none.
 *
 * @throws AwsError (InvalidInput, InvalidChangeBatch) in the words of Route 53
 */
export function afterBatch(
  zone: HostedZone,
  changes: readonly Change[],
  find: FindZone,
): ReadonlyMap<string, RecordSet> {
  changes.forEach(assertWellFormed);
  refuse([...countProblems(changes), ...doubleProblems(changes), ...changes.flatMap(textProblems)]);
  const { sets, problems } = applied(zone, changes);
  refuse(problems);
  const written = changes.filter(({ Action: action }) => action !== 'DELETE').map(change => change.ResourceRecordSet);
  refuse([...written.flatMap(set => conflicts(set, sets, zone, find)), ...missingApex(zone, sets)]);
  return sets;
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new AwsError('InvalidChangeBatch', `[${problems.join(', ')}]`);
}

function assertWellFormed(change: Change): void {
  const { ResourceRecordSet: set } = change;
  const invalid = (problem: string): never => {
    throw new AwsError('InvalidInput', `Invalid request: ${problem} in Change with ${describedChange(change)}`);
  };
  const targets = [set.AliasTarget, set.ResourceRecords && set.TTL !== undefined ? set.TTL : undefined];
  const given = targets.filter(target => target !== undefined).length;
  const isMixed = set.AliasTarget !== undefined && (set.TTL !== undefined || set.ResourceRecords !== undefined);
  if (given !== 1 || isMixed) {
    const found = given === 0 ? 'none' : 'more than one';
    invalid(
      'Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], '
      + `but found ${found}`,
    );
  }
  const routings = ROUTINGS.filter(routing => set[routing] !== undefined);
  if (set.SetIdentifier === undefined && routings.length > 0) invalid("Missing field 'SetIdentifier'");
  if (set.SetIdentifier !== undefined && routings.length !== 1) {
    const found = routings.length === 0 ? 'none' : 'more than one';
    invalid(`Expected exactly one of [${ROUTINGS.join(', ').replace(/, (?=M)/, ', or ')}], but found ${found}`);
  }
  if (set.Weight !== undefined) assertWeight(set.Weight);
}

function assertWeight(weight: number): void {
  if (weight >= 0 && weight <= MAXIMUM_WEIGHT) return;
  const [facet, bound] = weight < 0 ? ['minInclusive', '0.0'] : ['maxInclusive', `${MAXIMUM_WEIGHT}.0`];
  throw new AwsError(
    'InvalidInput',
    'Invalid XML ; javax.xml.stream.XMLStreamException: org.xml.sax.SAXParseException; lineNumber: 1; columnNumber: 1; '
      + `cvc-${facet}-valid: Value '${weight}' is not facet-valid with respect to ${facet} '${bound}' `
      + "for type 'ResourceRecordSetWeight'.",
  );
}

function describedChange({ Action: action, ResourceRecordSet: set }: Change): string {
  return `[Action=${action}, Name=${set.Name}, Type=${set.Type}, SetIdentifier=${set.SetIdentifier ?? 'null'}]`;
}

/** An UPSERT counts twice. */
function countProblems(changes: readonly Change[]): string[] {
  const records = changes.reduce(
    (sum, { Action: action, ResourceRecordSet: { ResourceRecords: values } }) =>
      sum + (values?.length ?? 1) * (action === 'UPSERT' ? 2 : 1),
    0,
  );
  return records > MAXIMUM_RECORDS ? [`Number of records limit of ${MAXIMUM_RECORDS} exceeded.`] : [];
}

/** A record set can be deleted and created in one batch, and changed once otherwise. */
function doubleProblems(changes: readonly Change[]): string[] {
  const actions = new Map<string, { readonly set: RecordSet; readonly actions: string[] }>();
  for (const { Action: action, ResourceRecordSet: set } of changes) {
    const known = actions.get(keyOf(set)) ?? { set, actions: [] };
    actions.set(keyOf(set), known);
    known.actions.push(action);
  }
  return [...actions.values()]
    .filter(({ actions: all }) => all.length > 1 && all.sort().join() !== 'CREATE,DELETE')
    .map(
      ({ set }) =>
        'The request contains an invalid set of changes for a resource record set '
        + `'${set.Type} ${set.Name}'`,
    );
}

function textProblems({ ResourceRecordSet: { Type: type, ResourceRecords: values = [] } }: Change): string[] {
  if (type !== 'TXT') return [];
  return values.flatMap(({ Value: value }) => {
    const strings = value.match(/"(?:[^"\\]|\\.)*"/g) ?? [];
    const problem = (what: string): string =>
      `Invalid Resource Record: 'FATAL problem: ${what} encountered with '${value}'`;
    if (strings.join(' ') !== value.trim().replace(/"\s+"/g, '" "')) {
      return [problem('InvalidCharacterString (Value should be enclosed in quotation marks)')];
    }
    return strings.some(text => text.length - 2 > MAXIMUM_STRING)
      ? [problem('CharacterStringTooLong (Value is too long)')]
      : [];
  });
}

function applied(
  zone: HostedZone,
  changes: readonly Change[],
): { readonly sets: Map<string, RecordSet>; readonly problems: string[] } {
  const sets = new Map(zone.sets);
  const problems: string[] = [];
  const deletionsFirst = [...changes].sort((one, other) => Number(isWrite(one)) - Number(isWrite(other)));
  for (const { Action: action, ResourceRecordSet: set } of deletionsFirst) {
    const known = sets.get(keyOf(set));
    const problem =
      action === 'DELETE' ? deletionProblem(set, known) : action === 'CREATE' ? creationProblem(set, known) : undefined;
    if (problem !== undefined) problems.push(problem);
    if (action === 'DELETE') sets.delete(keyOf(set));
    else sets.set(keyOf(set), set);
  }
  return { sets, problems };
}

function isWrite({ Action: action }: Change): boolean {
  return action !== 'DELETE';
}

function deletionProblem(set: RecordSet, known: RecordSet | undefined): string | undefined {
  const tried = `Tried to delete resource record set ${described(set)}`;
  if (known === undefined) return `${tried} but it was not found`;
  return isSame(known, set) ? undefined : `${tried} but the values provided do not match the current values`;
}

function creationProblem(set: RecordSet, known: RecordSet | undefined): string | undefined {
  return known && `Tried to create resource record set ${described(set)} but it already exists`;
}

function described({ Name: name, Type: type, SetIdentifier: identifier }: RecordSet): string {
  return `[name='${name}', type='${type}'${identifier === undefined ? '' : `, set identifier='${identifier}'`}]`;
}

function conflicts(
  set: RecordSet,
  sets: ReadonlyMap<string, RecordSet>,
  zone: HostedZone,
  find: FindZone,
): string[] {
  const { Name: name, Type: type } = set;
  if (name !== zone.name && !name.endsWith(`.${zone.name}`)) {
    return [`RRSet with DNS name ${name} is not permitted in zone ${zone.name}`];
  }
  if (type === 'CNAME' && name === zone.name) {
    return [`RRSet of type CNAME with DNS name ${name} is not permitted at apex in zone ${zone.name}`];
  }
  const sameName = [...sets.values()].filter(other => other.Name === name && keyOf(other) !== keyOf(set));
  if (sameName.some(other => other.Type !== type && (type === 'CNAME' || other.Type === 'CNAME'))) {
    return [
      `RRSet of type ${type} with DNS name ${name} is not permitted as it conflicts with other records `
      + `with the same DNS name in zone ${zone.name}`,
    ];
  }
  const siblings = sameName.filter(other => other.Type === type);
  return [siblingProblem(set, siblings), aliasProblem(set, sets, zone, find)].filter(problem => problem !== undefined);
}

/** All sets of one name and type have an identifier and the same routing policy; weighted ones have the same TTL. */
function siblingProblem(set: RecordSet, siblings: readonly RecordSet[]): string | undefined {
  const { Name: name, Type: type, SetIdentifier: identifier } = set;
  const routing = ROUTINGS.find(candidate => set[candidate] !== undefined);
  if (routing === undefined) {
    return siblings.length === 0
      ? undefined
      : `RRSet with DNS name ${name}, type ${type} cannot be created as other RRSets exist `
        + 'with the same name and type.';
  }
  const which = `RRSet with DNS name ${name}, type ${type}, SetIdentifier ${identifier} cannot be created as`;
  if (siblings.some(other => other[routing] === undefined)) {
    return `${which} a non-${KINDS[routing]} set exists with the same name and type.`;
  }
  return siblings.some(other => other.TTL !== undefined && set.TTL !== undefined && other.TTL !== set.TTL)
    && routing === 'Weight'
    ? `RRSet with DNS name ${name} and type ${type}, SetIdentifier ${identifier} cannot be created as `
      + 'weighted sets must contain the same TTL.'
    : undefined;
}

const KINDS: Readonly<Record<typeof ROUTINGS[number], string>> = {
  Weight: 'weighted',
  Region: 'latency',
  Failover: 'failover',
  GeoLocation: 'geolocation',
  MultiValueAnswer: 'multivalue answer',
};

/** Checks targets in hosted zones that exist here; zones of load balancers and distributions are not known. */
function aliasProblem(
  { AliasTarget: alias, Type: type }: RecordSet,
  sets: ReadonlyMap<string, RecordSet>,
  zone: HostedZone,
  find: FindZone,
): string | undefined {
  const target = alias && find(alias.HostedZoneId);
  if (alias === undefined || target === undefined) return undefined;
  const tried = `Tried to create an alias that targets ${alias.DNSName}, type ${type} in zone ${alias.HostedZoneId}`;
  if (alias.DNSName !== target.name && !alias.DNSName.endsWith(`.${target.name}`)) {
    return `${tried}, but the alias target name does not lie within the target zone`;
  }
  const known = [...(target === zone ? sets : target.sets).values()];
  return known.some(set => set.Name === alias.DNSName && set.Type === type)
    ? undefined
    : `${tried}, but that target was not found`;
}

function missingApex(zone: HostedZone, sets: ReadonlyMap<string, RecordSet>): string[] {
  const has = (type: string): boolean => sets.has(keyOf({ Name: zone.name, Type: type }));
  return [
    ...has('SOA') ? [] : ['A HostedZone must contain exactly one SOA record.'],
    ...has('NS') ? [] : ['A HostedZone must contain at least one NS record for the zone itself.'],
  ];
}
