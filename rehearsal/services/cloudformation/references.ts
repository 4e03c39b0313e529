import { isFields, list, single, text } from './values';

/** Returns the resources and parameters that a part of a template refers to. */
export function references(value: unknown): string[] {
  return [...new Set(collect(value))];
}

/** Returns the attributes that a part of a template reads with `Fn::GetAtt`. */
export function attributesIn(value: unknown): (readonly [logicalId: string, name: string])[] {
  if (Array.isArray(value)) return value.flatMap(attributesIn);
  const [name, argument] = single(value) ?? [];
  if (name !== 'Fn::GetAtt') return isFields(value) ? Object.values(value).flatMap(attributesIn) : [];
  const [logicalId, ...attribute] = list(argument).map(text).join('.').split('.');
  return [[logicalId, attribute.join('.')]];
}

function collect(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(collect);
  const [name, argument] = single(value) ?? [];
  if (name === 'Ref') return text(argument).startsWith('AWS::') ? [] : [text(argument)];
  if (name === 'Fn::GetAtt') {
    const [target, ...rest] = list(argument);
    return [text(target).split('.')[0], ...rest.flatMap(collect)];
  }
  if (name === 'Fn::Sub') return collectSub(argument);
  return isFields(value) ? Object.values(value).flatMap(collect) : [];
}

function collectSub(argument: unknown): string[] {
  const [pattern, variables] = list(argument);
  const own = isFields(variables) ? variables : {};
  const mentioned = [...text(pattern).matchAll(/\$\{([^!}][^}]*)\}/g)].map(([, name]) => name.trim());
  const outside = mentioned.filter(name => !(name in own) && !name.startsWith('AWS::')).map(name => name.split('.')[0]);
  return [...outside, ...Object.values(own).flatMap(collect)];
}
