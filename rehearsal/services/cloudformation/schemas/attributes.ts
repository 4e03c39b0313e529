import { schemas } from './table';

/** Types whose attributes depend on what they contain. */
const OPEN = new Set(['AWS::CloudFormation::Stack', 'AWS::Serverless::Application']);

/**
 * Whether AWS has the type, but not this attribute of it, for example `Endpoint.Port`. Properties count as attributes,
 * because those of some types do: the schemas do not say of which.
 */
export function isUnknownAttribute(type: string, attribute: string): boolean {
  const schema = OPEN.has(type) ? undefined : schemas.find(type);
  if (schema === undefined) return false;
  const { attributes, properties } = schema;
  const [first] = attribute.split('.');
  return !attributes.has(attribute) && !attributes.has(first) && !properties.has(first);
}
