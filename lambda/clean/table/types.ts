import { COPIES_SERVERS_OTHERS } from './data';
import { PREPARED } from './prepared';
import type { TypeSpec } from './spec';

/** The types that this library lists and deletes itself. */
export const TYPE_SPECS: readonly TypeSpec[] = [...COPIES_SERVERS_OTHERS, ...PREPARED];
