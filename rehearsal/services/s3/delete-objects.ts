import { XMLParser } from 'fast-xml-parser';
import * as v from 'valibot';
import { uploadedBody } from './chunked';
import { read } from '../../core/protocol/read';
import type { HttpRequest } from '../../core/service';

const Named = v.object({ Key: v.string(), VersionId: v.optional(v.string()) });
const OneOrMore = v.union([v.array(Named), v.pipe(Named, v.transform(item => [item]))]);
const DeleteDocument = v.object({ Delete: v.object({ Object: OneOrMore }) });

/** Returns the objects that a DeleteObjects request names. */
export function namedObjects(request: HttpRequest): v.InferOutput<typeof Named>[] {
  const parser = new XMLParser({ parseTagValue: false, trimValues: false });
  return read(DeleteDocument, parser.parse(uploadedBody(request).toString('utf8'))).Delete.Object;
}
