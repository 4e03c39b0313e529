import type { CallSpec, ListSpec } from './spec';
import type { Api } from '../../shared/api/api';
import { itemsAt, textAt } from '../../shared/api/protocols';
import type { ApiServiceName } from '../../shared/api/services';

/** The values that stand for placeholders. */
export interface Values {
  readonly account: string;
  readonly id?: string;
  readonly parent?: string;
  readonly item?: string;
}

/** The service and region of calls. */
export interface Target {
  readonly service: ApiServiceName;
  readonly region: string;
}

/** The pages of a list end even if a service repeats its token. */
const MAX_PAGES = 1000;

export async function callSpec(api: Api, target: Target, { operation, input = {} }: CallSpec, values: Values) {
  const [method = '', path] = operation.split(' ');
  const filled = path === undefined ? operation : `${method} ${fill(path, values, encodeURIComponent)}`;
  return api.call({ ...target, operation: filled, input: fillAll(input, values) as Record<string, unknown> });
}

/** All items of a list. */
export async function listSpec(api: Api, target: Target, spec: ListSpec, values: Values): Promise<readonly unknown[]> {
  const items: unknown[] = [];
  let token: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const [member = '', output = ''] = spec.next ?? [];
    const input = { ...spec.input, ...(token !== undefined && { [member]: token }) };
    const response = await callSpec(api, target, { operation: spec.operation, input }, values);
    items.push(...itemsAt(response, spec.items));
    const next = spec.next && textAt(response, output);
    if (next === undefined || next === '' || next === token) break;
    token = next;
  }
  return items;
}

function fillAll(value: unknown, values: Values): unknown {
  if (typeof value === 'string') return fill(value, values);
  if (Array.isArray(value)) return value.map(item => fillAll(item, values));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fillAll(inner, values)]));
}

function fill(text: string, values: Values, encode: (value: string) => string = value => value): string {
  return text.replace(/\{(account|id|parent|item)\}/g, (_, name: keyof Values) => encode(values[name] ?? ''));
}
