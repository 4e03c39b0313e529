import type { Schedule } from './schedule';

/** Schedules that once broke something, in their shortest form, and what must hold since. */
export const ONCE_BROKEN: readonly { readonly what: string; readonly schedule: Schedule }[] = [
  {
    what: 'a stack whose creation was cancelled is not left behind in its account',
    schedule: {
      seed: 1249844600, readySeconds: 20, steps: [{ app: { one: 'plain' }, faults: [{ kind: 'cancel', at: 227 }], pause: 600 }],
    },
  },
];
