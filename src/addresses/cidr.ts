import { isIPv4 } from 'node:net';
import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { fail } from '../private/validate';

/** A range of IPv4 addresses. */
export interface Cidr {
  /** The first address as a number. */
  readonly first: number;
  /** Number of addresses. */
  readonly size: number;
  readonly prefixLength: number;
}

/**
 * Parses CIDR notation.
 *
 * @param name name of the property, for the error
 * @throws if it is none, or if bits of the host are set
 */
export function parsedCidr(scope: IConstruct, name: string, text: string): Cidr {
  if (Token.isUnresolved(text)) fail(scope, `'${name}' must be known at synth, got a token: ${text}`);
  const [address = '', length = ''] = text.split('/');
  const prefixLength = Number(length);
  if (!isIPv4(address) || !/^\d+$/.test(length) || prefixLength > 32 || text.split('/').length !== 2) {
    fail(scope, `'${name}' must be an IPv4 range in CIDR notation like '10.0.0.0/16', got '${text}'`);
  }
  const first = address.split('.').reduce((value, byte) => value * 256 + Number(byte), 0);
  const size = 2 ** (32 - prefixLength);
  if (first % size !== 0) {
    fail(scope, `'${name}' has bits set after its prefix: the range of '${text}' is `
      + `'${addressOf(first - first % size)}/${prefixLength}'`);
  }
  return { first, size, prefixLength };
}

export function isInside(outer: Cidr, inner: Cidr): boolean {
  return outer.first <= inner.first && inner.first + inner.size <= outer.first + outer.size;
}

export function doOverlap(one: Cidr, other: Cidr): boolean {
  return one.first < other.first + other.size && other.first < one.first + one.size;
}

function addressOf(value: number): string {
  return [24, 16, 8, 0].map(shift => Math.floor(value / 2 ** shift) % 256).join('.');
}
