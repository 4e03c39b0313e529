import { isFields, list, single, text } from './values';

/** Returns the resources and parameters that a part of a template refers to. */
export function references(value: unknown): string[] {
  return [...new Set(collect(value))];
}

type Attribute = readonly [logicalId: string, name: string];

/** Returns the attributes that a part of a template reads with `Fn::GetAtt` or `Fn::Sub`. */
export function attributesIn(value: unknown): Attribute[] {
  if (Array.isArray(value)) return value.flatMap(attributesIn);
  const [name, argument] = single(value) ?? [];
  if (name === 'Fn::GetAtt') {
    const parts = list(argument);
    // the name may be that of a parameter
    return parts.every(part => typeof part === 'string') ? [attributeOf(parts.join('.'))] : [];
  }
  if (name === 'Fn::Sub') {
    const { outside, own } = substitutions(argument);
    return [...outside.filter(mentioned => mentioned.includes('.')).map(attributeOf), ...own.flatMap(attributesIn)];
  }
  return isFields(value) ? Object.values(value).flatMap(attributesIn) : [];
}

function attributeOf(path: string): Attribute {
  const dot = path.indexOf('.');
  return [path.slice(0, dot), path.slice(dot + 1)];
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
  const { outside, own } = substitutions(argument);
  return [...outside.map(name => name.split('.')[0]), ...own.flatMap(collect)];
}

/** What `Fn::Sub` mentions: names outside of it, for example `Topic.TopicName`, and its own values. */
function substitutions(argument: unknown): { readonly outside: readonly string[]; readonly own: readonly unknown[] } {
  const [pattern, variables] = list(argument);
  const own = isFields(variables) ? variables : {};
  const mentioned = [...text(pattern).matchAll(/\$\{([^!}][^}]*)\}/g)].map(([, name]) => name.trim());
  const outside = mentioned.filter(name => !(name in own) && !name.startsWith('AWS::'));
  return { outside, own: Object.values(own) };
}
