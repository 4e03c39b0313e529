/** Ends a list of packets. */
export const FLUSH = '0000';

const LENGTH_DIGITS = 4;

/** A packet of git's protocol: its length in four hexadecimal digits, and its content. */
export function packet(text: string): string {
  const length = Buffer.byteLength(text) + LENGTH_DIGITS;
  return length.toString(16).padStart(LENGTH_DIGITS, '0') + text;
}

/**
 * Splits the response of a server into the contents of its packets, and what follows them: a pack that is not in
 * packets.
 *
 * https://git-scm.com/docs/protocol-common#_pkt_line_format
 * @throws if it is cut off, or no response of git
 */
export function unpacked(bytes: Buffer): { readonly packets: readonly Buffer[]; readonly rest: Buffer } {
  const packets: Buffer[] = [];
  let at = 0;
  while (at < bytes.length) {
    const digits = bytes.toString('latin1', at, at + LENGTH_DIGITS);
    if (digits === 'PACK') break;
    const length = /^[0-9a-f]{4}$/.test(digits) ? Number.parseInt(digits, 16) : Number.NaN;
    // lengths below four are marks without content
    const end = at + Math.max(length, LENGTH_DIGITS);
    if (Number.isNaN(length) || end > bytes.length) throw new Error('the response is not complete');
    if (length > LENGTH_DIGITS) packets.push(bytes.subarray(at + LENGTH_DIGITS, end));
    at = end;
  }
  return { packets, rest: bytes.subarray(at) };
}
