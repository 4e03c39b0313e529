import { XMLBuilder } from 'fast-xml-parser';
import { isRecord } from './json';

const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@', suppressEmptyNode: false });

/** Serializes one document. Lists become repeated elements, or `member` elements where `listTag` is given. */
export function toXml(root: string, namespace: string | undefined, content: unknown, listTag?: string): string {
  const body = plain(content, listTag);
  const attributes = namespace === undefined ? {} : { '@xmlns': namespace };
  const element = { ...attributes, ...(isRecord(body) ? body : { '#text': body }) };
  return `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build({ [root]: element })}`;
}

function plain(value: unknown, listTag: string | undefined): unknown {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) {
    const items = value.map(item => plain(item, listTag));
    return listTag === undefined ? items : { [listTag]: items };
  }
  if (isRecord(value)) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return Object.fromEntries(members.map(([key, member]) => [key, plain(member, listTag)]));
  }
  return String(value);
}
