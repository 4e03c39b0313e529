// Writes rehearsal/services/cloudformation/schemas/constraints.json from the schemas that cfn-lint ships (MIT-0).
// Its argument is the wheel of cfn-lint; run it with `npx projen constraints <wheel>`.
import { writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openPromise } from 'yauzl';
import { missingProperties } from '../rehearsal/services/cloudformation/schemas/required';
import { unsupportedProperty } from '../rehearsal/services/cloudformation/schemas/unsupported';
import { isLegacy } from '../rehearsal/services/cloudformation/type-registry';
import { Simulation } from '../rehearsal/simulation';

const SOURCE = 'https://github.com/aws-cloudformation/cfn-lint';
const SCHEMAS = 'cfnlint/data/schemas';
const FILE = path.join(
  path.dirname(fileURLToPath(import.meta.url)), '../rehearsal/services/cloudformation/schemas/constraints.json',
);
const KEYWORDS = ['pattern', 'minLength', 'maxLength', 'enum', 'minimum', 'maximum'];
/** Patterns that every value matches. */
const ANY = ['^.*$', '[\\s\\S]*', '.*'];

/** Constraints that the simulated service checks with its own message, and runtimes, which change often. */
const OMITTED = new Set([
  'AWS::CloudFormation::Stack/TemplateURL',
  'AWS::DynamoDB::GlobalTable/BillingMode',
  'AWS::DynamoDB::GlobalTable/TableType',
  'AWS::DynamoDB::Table/BillingMode',
  'AWS::EC2::VPCEndpoint/VpcEndpointType',
  'AWS::Events::EventBus/Name',
  'AWS::IAM::InstanceProfile/Path',
  'AWS::IAM::ManagedPolicy/Path',
  'AWS::IAM::Role/RoleName',
  'AWS::IAM::User/Path',
  'AWS::KMS::Alias/AliasName',
  'AWS::Lambda::EventInvokeConfig/FunctionName',
  'AWS::Lambda::EventInvokeConfig/Qualifier',
  'AWS::Lambda::Function/Role',
  'AWS::Lambda::Function/Runtime',
  'AWS::Logs::LogGroup/LogGroupName',
  'AWS::Logs::LogGroup/RetentionInDays',
  'AWS::Organizations::Account/AccountName',
  'AWS::Organizations::Account/Email',
  'AWS::SNS::Topic/MaximumMessageSize',
  'AWS::SNS::Topic/TopicName',
]);

/** Returns the constraints of a type: by path, in which `*` matches the entries of a list or map. */
function constraintsOf(type, schema) {
  const found = {};
  const visit = (given, at, seen) => {
    const own = resolved(schema, given);
    if (seen.includes(own.definition)) return;
    const inside = [...seen, own.definition].filter(Boolean);
    const constraint = constraintOf(type, at, own);
    if (constraint !== undefined) found[at] = constraint;
    for (const [name, property] of Object.entries(own.items ? {} : own.properties ?? {})) {
      if (!isReadOnly(schema, at, name)) visit(property, at === '' ? name : `${at}/${name}`, inside);
    }
    const maps = Object.values(own.patternProperties ?? {});
    for (const entries of [own.items, ...maps.length === 1 ? maps : []].filter(Boolean)) {
      visit(entries, `${at}/*`, inside);
    }
  };
  visit({ properties: schema.properties }, '', []);
  return Object.fromEntries(
    Object.entries(found).filter(([at]) => isKnown(type, at)).sort(([one], [other]) => one < other ? -1 : 1),
  );
}

/** Whether the table of types has the property: the schemas can be newer. */
function isKnown(type, at) {
  return unsupportedProperty(type, objectAt(at)) === undefined;
}

/** Whether the table of types says that the property of an object is required. */
function isRequired(type, at, name) {
  const pointer = `#/${at.replaceAll('*', '0')}`;
  return missingProperties(type, objectAt(at)).some(missing => missing.at === pointer && missing.name === name);
}

/** Returns properties that have only an empty object at the path. */
function objectAt(path) {
  return path.split('/').reduceRight((value, step) => step === '*' ? [value] : { [step]: value }, {});
}

function isReadOnly({ readOnlyProperties = [] }, at, name) {
  return at === '' && readOnlyProperties.includes(`/properties/${name}`);
}

/** Follows the references of a part of the schema; what stands beside a reference is kept. */
function resolved(schema, part) {
  if (part.$ref === undefined) return part;
  const { $ref: reference, ...beside } = part;
  const target = reference.split('/').slice(1).reduce((value, key) => value[key], schema);
  return { ...resolved(schema, target), ...beside, definition: reference };
}

function constraintOf(type, at, part) {
  if (part.properties !== undefined && part.items === undefined) {
    const required = at === '' ? [] : (part.required ?? []).filter(name => !isRequired(type, at, name)).sort();
    return required.length === 0 ? undefined : { required };
  }
  // documents are checked by their service; a list has the constraints of its entries
  if (OMITTED.has(`${type}/${at}`) || ['object', 'array'].some(other => [part.type].flat().includes(other))) {
    return undefined;
  }
  const { pattern, ...others } = Object.fromEntries(
    KEYWORDS.filter(keyword => part[keyword] !== undefined && !(keyword === 'minLength' && part[keyword] === 0))
      .map(keyword => [keyword, part[keyword]]),
  );
  const usable = pattern === undefined ? undefined : patternOf(`${type}/${at}`, pattern);
  const constraint = { ...usable !== undefined && { pattern: usable }, ...others };
  return Object.keys(constraint).length === 0 ? undefined : constraint;
}

/** Returns the pattern for JavaScript; undefined if it has no meaning there, or another one. */
function patternOf(place, pattern) {
  const adapted = pattern.replace(/\\Z$/, '$');
  if (ANY.includes(adapted)) return undefined;
  const isUnicode = /\\p\{/i.test(adapted);
  // letters that JavaScript would take literally without the flag `u`
  const isForeign = !isUnicode && /\\[ac-eg-jlmoqyAC-RTUVX-Z]/.test(adapted.replace(/\\\\|\\[dcx]/g, ''))
    || /\[\[|&&/.test(adapted);
  try {
    new RegExp(adapted, isUnicode ? 'u' : '');
    if (!isForeign) return adapted;
  } catch {
    // named below
  }
  console.error(`left out the pattern of ${place}, which JavaScript cannot use: ${pattern}`);
  return undefined;
}

async function simulatedTypes() {
  const simulation = await Simulation.start({ managementAccountId: '999999999999', virtual: {} });
  try {
    return simulation.cloudformation.simulatedTypes.filter(type => type.startsWith('AWS::') && !isLegacy(type));
  } finally {
    await simulation.stop();
  }
}

/** Reads a function that returns JSON of the wheel by the name of the file. */
async function readWheel(file, use) {
  const wheel = await openPromise(file, { autoClose: false });
  const entries = new Map();
  for await (const entry of wheel.eachEntry()) entries.set(entry.fileName, entry);
  try {
    return await use(async name => {
      const chunks = [];
      const entry = entries.get(`${SCHEMAS}/${name}`);
      if (entry === undefined) throw new Error(`'${file}' does not contain ${SCHEMAS}/${name}`);
      for await (const chunk of await wheel.openReadStreamPromise(entry)) chunks.push(chunk);
      return JSON.parse(Buffer.concat(chunks).toString('utf8'));
    });
  } finally {
    wheel.close();
  }
}

const [wheel] = process.argv.slice(2);
const [, version] = /^cfn_lint-([\d.]+)-.*\.whl$/.exec(path.basename(wheel ?? '')) ?? [];
if (version === undefined) throw new Error('give the wheel of cfn-lint: cfn_lint-<version>-py3-none-any.whl');
const types = await simulatedTypes();
const constraints = await readWheel(wheel, async read => {
  const files = await read('providers/us-east-1.json');
  const found = [];
  for (const type of types) found.push([type, constraintsOf(type, await read(`resources/${files[type]}.json`))]);
  return found.filter(([, own]) => Object.keys(own).length > 0);
});
const lines = constraints.map(([type, own]) => {
  const properties = Object.entries(own).map(([at, constraint]) => `      "${at}": ${JSON.stringify(constraint)}`);
  return `    "${type}": {\n${properties.join(',\n')}\n    }`;
});
writeFileSync(FILE, [
  '{', `  "source": "${SOURCE}",`, `  "version": "${version}",`, '  "types": {', lines.join(',\n'), '  }', '}', '',
].join('\n'));
