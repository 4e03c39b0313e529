import type { Kind } from './kind';
import { ACCOUNT_KIND } from '../account/kind';
import { ADDRESSES_KIND } from '../addresses/kind';
import { BRANCH_KIND } from '../branch/kind';
import { PIPELINE_KIND } from '../pipeline/kind';
import { STACK_KIND } from '../stack/kind';
import { TRANSIT_KIND } from '../transit/kind';

/** All kinds of custom resources. */
export const KINDS: readonly Kind[] = [
  ACCOUNT_KIND, BRANCH_KIND, STACK_KIND, PIPELINE_KIND, ADDRESSES_KIND, TRANSIT_KIND,
];
