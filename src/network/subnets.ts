import { Fn } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { fail } from '../private/validate';

/** CIDR blocks of the subnets, one for each availability zone. */
export interface SubnetBlocks {
  readonly private: readonly string[];
  readonly public: readonly string[];
  readonly database: readonly string[];
}

/** The smallest subnet, and the smallest and the largest VPC: https://docs.aws.amazon.com/vpc/latest/userguide/. */
const MIN_PREFIX = 16;
const MAX_PREFIX = 28;

/** Number of bits that choose a zone, when there are as many blocks as the next power of two. */
function zoneBits(zones: number): number {
  return Math.ceil(Math.log2(zones));
}

/** The numbers of zones whose subnets have the same addresses: one can become the other. */
export function zonesOf(zones: number): string {
  return zones > 2 ? '3 or 4' : String(zones);
}

/** @throws Error if the range is too large for a VPC, or too small for its subnets */
export function checkPrefix(scope: IConstruct, prefixLength: number, zones: number): void {
  const longest = MAX_PREFIX - 2 - zoneBits(zones);
  if (prefixLength >= MIN_PREFIX && prefixLength <= longest) return;
  fail(scope, `the range of a network with ${zones} availability zones must have a prefix of ${MIN_PREFIX} to `
    + `${longest} bits (subnets have at least 16 addresses), got ${prefixLength}: request a range with another `
    + 'prefixLength');
}

/**
 * Divides a block of addresses, which may be a token: the first half is that of the private subnets, the third quarter
 * that of the public ones, the last that of the databases.
 */
export function subnetBlocks(cidr: string, prefixLength: number, zones: number): SubnetBlocks {
  const width = 2 ** zoneBits(zones);
  const hostBits = (bits: number): string => String(32 - prefixLength - bits);
  const halves = Fn.cidr(cidr, 2 * width, hostBits(1 + zoneBits(zones)));
  const quarters = Fn.cidr(cidr, 4 * width, hostBits(2 + zoneBits(zones)));
  const select = (blocks: string[], first: number): string[] =>
    Array.from({ length: zones }, (_, zone) => Fn.select(first + zone, blocks));
  return {
    private: select(halves, 0),
    public: select(quarters, 2 * width),
    database: select(quarters, 3 * width),
  };
}
