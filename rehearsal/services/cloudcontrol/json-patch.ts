import { isRecord } from '../../core/protocol/json';
import { AwsError } from '../../core/service';

type Properties = Readonly<Record<string, unknown>>;

/** Parses a member that contains a JSON object. @throws AwsError */
export function json(text: string, member: string): Record<string, unknown> {
  const value = parsed(text, member);
  if (isRecord(value)) return value;
  throw invalid(`${member} is not a JSON object`);
}

/** Applies a JSON patch (RFC 6902) with the operations `add`, `replace` and `remove`. @throws AwsError */
export function patched(properties: Properties, document: string): Record<string, unknown> {
  const operations = parsed(document, 'PatchDocument');
  if (!Array.isArray(operations)) throw invalid('PatchDocument is not a list of operations');
  return operations.reduce<Record<string, unknown>>(apply, { ...properties });
}

function apply(model: Record<string, unknown>, operation: unknown): Record<string, unknown> {
  if (!isRecord(operation) || typeof operation.path !== 'string' || !operation.path.startsWith('/')) {
    throw invalid('an operation of PatchDocument has no path');
  }
  const { op, path, value } = operation;
  if (op !== 'add' && op !== 'replace' && op !== 'remove') {
    throw invalid(`the rehearsal does not apply '${String(op)}' of a JSON patch, only add, replace and remove`);
  }
  const keys = path.slice(1).split('/').map(key => key.replace(/~1/g, '/').replace(/~0/g, '~'));
  return replaced(model, keys, op === 'remove' ? undefined : value);
}

function replaced(
  model: Record<string, unknown>, [key, ...rest]: readonly string[], value: unknown,
): Record<string, unknown> {
  if (key === undefined) throw invalid('an operation of PatchDocument has no path');
  const { [key]: before, ...others } = model;
  if (rest.length > 0) return { ...others, [key]: replaced(isRecord(before) ? before : {}, rest, value) };
  return value === undefined ? others : { ...others, [key]: value };
}

function parsed(text: string, member: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid(`${member} is not JSON`);
  }
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidRequestException', message);
}
