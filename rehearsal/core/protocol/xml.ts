import { XMLBuilder, XMLParser } from 'fast-xml-parser';
import { isRecord } from './json';

const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@', suppressEmptyNode: false });

const parser = new XMLParser({ parseTagValue: false, trimValues: false, ignoreDeclaration: true });

type Items = Readonly<Record<string, string>>;

/** Parses a document and returns its root element by its name; all leaves are text. */
export function parseXml(text: string): Record<string, unknown> {
  const document: unknown = text === '' ? {} : parser.parse(text);
  return isRecord(document) ? document : {};
}

/** Parses a document and returns the members of its root element. */
export function fromXml(body: Buffer, items: Items): Record<string, unknown> {
  const [root] = Object.values(parseXml(body.toString('utf8')));
  const members = withoutItems(root, items);
  return isRecord(members) ? members : {};
}

/** Wraps the items of lists into their elements. */
export function withItems(value: unknown, items: Items): unknown {
  if (Array.isArray(value)) return value.map(item => withItems(item, items));
  if (!isRecord(value) || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const content = withItems(member, items);
      return [name, Array.isArray(content) && items[name] !== undefined ? { [items[name]]: content } : content];
    }),
  );
}

function withoutItems(value: unknown, items: Items): unknown {
  if (Array.isArray(value)) return value.map(item => withoutItems(item, items));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const item = items[name];
      const content = item === undefined ? member : listOf(isRecord(member) ? member[item] : undefined);
      return [name, withoutItems(content, items)];
    }),
  );
}

function listOf(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/**
 * Serializes one document. Lists become repeated elements, or `member` elements where `listTag` is given.
 *
 * @param items elements of lists that have others, by the name of the list
 */
export function toXml(
  root: string, namespace: string | undefined, content: unknown, listTag?: string,
  items: Readonly<Record<string, string>> = {},
): string {
  const body = plain(content, listTag, items);
  const attributes = namespace === undefined ? {} : { '@xmlns': namespace };
  const element = { ...attributes, ...(isRecord(body) ? body : { '#text': body }) };
  return `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build({ [root]: element })}`;
}

function plain(value: unknown, listTag: string | undefined, elements: Readonly<Record<string, string>>): unknown {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) {
    const items = value.map(item => plain(item, listTag, elements));
    return listTag === undefined ? items : { [listTag]: items };
  }
  if (isRecord(value)) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return Object.fromEntries(members.map(([key, member]) => [key, plain(member, elements[key] ?? listTag, elements)]));
  }
  return String(value);
}
