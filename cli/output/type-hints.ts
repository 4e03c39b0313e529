import { nearName } from '../../lambda/shared/near-name';
import { schemas, type Properties } from '../../rehearsal/services/cloudformation/schemas/table';
import type { FailureReport } from '../report/report';

/** A type or a property that the table of types does not have. */
interface Missing {
  readonly what: string;
  readonly type: string;
  /** The name that was probably meant. */
  readonly meant?: string;
}

/** For types and properties that the table of types does not have, because they are wrong or newer. */
export function typeHints(failures: readonly Pick<FailureReport, 'resourceType' | 'reason'>[]): string[] {
  const missing = failures.flatMap(({ resourceType, reason }) => [
    ...missingTypes(reason), ...missingProperties(resourceType, reason),
  ]);
  return [...new Set(missing.map(({ what, type, meant }) => (
    `the table of types of the rehearsal (@aws-cdk/aws-service-spec ${schemas.version}) does not have ${what}: `
    + `${meant === undefined ? '' : `did you mean ${meant}? `}`
    + `${meant === undefined ? 'if' : 'If'} AWS has it, add --unchecked-type ${type}`
  )))];
}

function missingTypes(reason: string): Missing[] {
  return [...reason.matchAll(/Unrecognized resource types: \[([^\]]+)\]/g)]
    .flatMap(([, types]) => types.split(', '))
    .map(type => ({ what: `the type ${type}`, type, meant: nearName(type, schemas.types) }));
}

function missingProperties(type: string, reason: string): Missing[] {
  return [...reason.matchAll(/^Encountered unsupported property (\S+)/g)].map(([, name]) => ({
    what: `the property ${name} of ${type}`,
    type,
    // the name itself can be that of a property of another object
    meant: nearName(name, namesIn(schemas.find(type)?.properties).filter(other => other !== name)),
  }));
}

/** The names of properties and of those of the objects in them, from the outside. */
function namesIn(properties: Properties = new Map(), seen = new Set<Properties>()): string[] {
  if (seen.has(properties)) return [];
  seen.add(properties);
  const objects = [...properties.values()].flatMap(({ objects: inner }) => inner ? [inner.properties()] : []);
  return [...properties.keys(), ...objects.flatMap(inner => namesIn(inner, seen))];
}
