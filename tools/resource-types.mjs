// Writes the table of CloudFormation's resource types that the rehearsal reads.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { brotliCompressSync, constants } from 'node:zlib';
import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';

const { version } = createRequire(import.meta.url)('@aws-cdk/aws-service-spec/package.json');
const REPLACES = { yes: '*', maybe: '?' };

/**
 * Writes the version of the data and one line per type, sorted and compressed. `;` separates the fields of a line:
 * type, identifiers that `Ref` returns, attributes, template of the ARN, `data` if it is stateful, and its properties
 * followed by those of its nested types. `rehearsal/services/cloudformation/schemas/table.ts` reads it.
 *
 * @param file the file to write
 */
export function writeResourceTypes(file) {
  const database = loadAwsServiceSpecSync();
  const types = [...database.all('resource')].map(resource => lineOf(database, resource)).sort();
  writeFileSync(file, brotliCompressSync([`version;${version}`, ...types].join('\n'), {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 },
  }));
}

function lineOf(database, resource) {
  const nested = [];
  const numbers = new Map();
  const numberOf = ({ $ref: id }) => {
    if (!numbers.has(id)) {
      numbers.set(id, numbers.size + 1);
      const at = nested.push('') - 1;
      nested[at] = propertiesOf(database.get('typeDefinition', id).properties);
    }
    return numbers.get(id);
  };
  // a nested type, a list (`[`) or a map (`{`) of them; empty if it is not known or has several forms
  const referenceOf = ({ type, reference, element }) => {
    if (type === 'ref') return `:${numberOf(reference)}`;
    const inner = type === 'array' || type === 'map' ? referenceOf(element) : '';
    return inner && `${type === 'array' ? '[' : '{'}${inner}`;
  };
  const propertyOf = ([name, { required, causesReplacement, type, previousTypes }]) =>
    `${name}${required ? '!' : ''}${REPLACES[causesReplacement] ?? ''}${previousTypes ? '' : referenceOf(type)}`;
  const propertiesOf = properties => Object.entries(properties).map(propertyOf).sort().join(',');

  const { cloudFormationType, cfnRefIdentifier, primaryIdentifier = [], attributes, arnTemplate = '' } = resource;
  const own = propertiesOf(resource.properties);
  return [
    cloudFormationType,
    (cfnRefIdentifier ?? primaryIdentifier).join('|'),
    Object.entries(attributes).map(([name, { type }]) => `${name}${type.type === 'array' ? '[' : ''}`).sort().join(','),
    arnTemplate,
    resource.isStateful ? 'data' : '',
    own,
    ...nested,
  ].join(';');
}
