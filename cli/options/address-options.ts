import type { OptionTable, OptionValues } from './option-table';

/** The options of `addresses`. */
export const ADDRESSES_OPTIONS = {
  json: { description: 'print JSON' },
} satisfies OptionTable;

export type AddressesOptions = OptionValues<typeof ADDRESSES_OPTIONS>;
