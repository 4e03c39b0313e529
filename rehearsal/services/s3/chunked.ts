import type { HttpRequest } from '../../core/service';

/** Returns the body of an upload, which the SDK can send in chunks with a checksum. */
export function uploadedBody(request: HttpRequest): Buffer {
  const isChunked = request.headers['content-encoding']?.includes('aws-chunked') === true
    || request.headers['x-amz-content-sha256']?.startsWith('STREAMING-') === true;
  return isChunked ? joined(request.body) : request.body;
}

function joined(body: Buffer): Buffer {
  const chunks: Buffer[] = [];
  let position = 0;
  for (;;) {
    const lineEnd = body.indexOf('\r\n', position);
    const size = lineEnd === -1 ? 0 : Number.parseInt(body.toString('latin1', position, lineEnd), 16);
    if (!(size > 0)) return Buffer.concat(chunks);
    const start = lineEnd + 2;
    chunks.push(body.subarray(start, start + size));
    position = start + size + 2;
  }
}
