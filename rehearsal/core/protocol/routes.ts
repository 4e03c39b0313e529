import type { HttpRequest, Service } from '../service';
import { isRecord } from './json';
import type { DecodedCall } from './protocol';

/** Finds the operation of a REST request; its input is the labels of the path and the query. */
export function matchRoute(service: Service, request: HttpRequest): DecodedCall | undefined {
  for (const [operation, route] of Object.entries(service.routes ?? {})) {
    const labels = matchOne(route, request);
    if (labels !== undefined) {
      return { operation, input: { ...queryMembers(service, request), ...headerMembers(service, request), ...labels } };
    }
  }
  return undefined;
}

/** Returns the headers of a response, for members that have one. */
export function responseHeaders({ restNames }: Service, output: unknown): Record<string, string> {
  const members = isRecord(output) ? output : {};
  return Object.fromEntries(
    Object.entries(restNames?.headers ?? {}).flatMap(([member, header]) =>
      members[member] === undefined ? [] : [[header, String(members[member])]],
    ),
  );
}

function queryMembers({ restNames }: Service, { query }: HttpRequest): Record<string, string> {
  return Object.fromEntries([...query].map(([name, value]) => [restNames?.query?.[name] ?? name, value]));
}

function headerMembers({ restNames }: Service, { headers }: HttpRequest): Record<string, string> {
  return Object.fromEntries(
    Object.entries(restNames?.headers ?? {}).flatMap(([member, header]) =>
      headers[header] === undefined ? [] : [[member, headers[header]]],
    ),
  );
}

function matchOne(route: string, request: HttpRequest): Record<string, string> | undefined {
  const [method, target] = route.split(' ');
  const [path, query] = target.split('?');
  if (method !== request.method) return undefined;
  const required = query === undefined ? [] : query.split('&');
  return required.every(name => request.query.has(name))
    ? matchPath(segments(path), segments(request.path))
    : undefined;
}

function segments(path: string): string[] {
  return path.replace(/^\//, '').replace(/\/$/, '').split('/');
}

function matchPath(pattern: readonly string[], actual: readonly string[]): Record<string, string> | undefined {
  const labels: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const label = /^\{(\w+)(\+?)\}$/.exec(part);
    const value = label?.[2] === '+' ? actual.slice(index).join('/') : actual[index];
    if (value === undefined || value === '') return part === '' && actual.length === 1 ? labels : undefined;
    if (label === null && value !== part) return undefined;
    if (label !== null) labels[label[1]] = decodeURIComponent(value);
    if (label?.[2] === '+') return labels;
  }
  return pattern.length === actual.length ? labels : undefined;
}
