// Writes the table of CloudFormation's resource types that the rehearsal reads.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { brotliCompressSync, constants } from 'node:zlib';
import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';

const { version } = createRequire(import.meta.url)('@aws-cdk/aws-service-spec/package.json');
const REPLACES = { yes: '*', maybe: '?' };

/** Properties of nested types that the data calls required, unlike the schemas in the registry of CloudFormation. */
const OPTIONAL = new Set([
  'BedrockAgentCore::CloudWatchLogsInputConfig.LogGroupNames',
  'CloudFormation::TargetFilters.Targets',
  'ECS::ResourceRequirement.Value',
  'MSK::LoggingInfo.BrokerLogs',
  'MediaTailor::AdDecisionServerConfiguration.HttpRequest',
  'PCS::CustomLaunchTemplate.Version',
  'QuickSight::YAxisOptions.YAxis',
  'S3Outposts::Rule.Status',
  'SageMaker::MetricDataItems.Name',
  'SageMaker::MetricDataItems.Type',
  'SageMaker::MetricDataItems.Value',
]);

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
  const [, service] = resource.cloudFormationType.split('::');
  const nested = [];
  const numbers = new Map();
  const numberOf = ({ $ref: id }) => {
    if (!numbers.has(id)) {
      numbers.set(id, numbers.size + 1);
      const at = nested.push('') - 1;
      const { name, properties } = database.get('typeDefinition', id);
      nested[at] = propertiesOf(properties, `${service}::${name}`);
    }
    return numbers.get(id);
  };
  // a nested type, a list (`[`) or a map (`{`) of them; empty if it is not known or has several forms
  const referenceOf = ({ type, reference, element }) => {
    if (type === 'ref') return `:${numberOf(reference)}`;
    const inner = type === 'array' || type === 'map' ? referenceOf(element) : '';
    return inner && `${type === 'array' ? '[' : '{'}${inner}`;
  };
  const propertyOf = (name, { required, causesReplacement, type, previousTypes }, owner) => {
    const flags = [required && !OPTIONAL.has(`${owner}.${name}`) ? '!' : '', REPLACES[causesReplacement] ?? ''];
    return [name, ...flags, previousTypes ? '' : referenceOf(type)].join('');
  };
  const propertiesOf = (properties, owner) =>
    Object.entries(properties).map(([name, property]) => propertyOf(name, property, owner)).sort().join(',');

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
