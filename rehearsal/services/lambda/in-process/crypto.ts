import * as crypto from 'node:crypto';
import { awaitedBy, promisedBy } from './awaited';
import { replaced } from './network';
import type { Clock } from '../../../core/clock';

/** The crypto module with identifiers that depend only on the seed. */
export function cryptoOf(random: () => number, clock: Clock): typeof crypto {
  const webcrypto = webCryptoOf(random, clock);
  const { subtle } = webcrypto;
  return replaced(awaitedBy(clock, crypto), { webcrypto, subtle, randomUUID: identifiers(random) });
}

/** The global crypto. Its work runs in other threads, in real time. */
export function webCryptoOf(random: () => number, clock: Clock): typeof crypto.webcrypto {
  const { webcrypto } = crypto;
  return replaced(webcrypto, {
    subtle: promisedBy(clock, webcrypto.subtle),
    randomUUID: identifiers(random),
    // it rejects another `this`
    getRandomValues: webcrypto.getRandomValues.bind(webcrypto),
  });
}

/** Number of identifiers by the source of their randomness: those of all functions differ, whatever it returns. */
const counts = new WeakMap<() => number, number>();

function identifiers(random: () => number): () => string {
  const hex = (length: number): string => Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join('');
  return () => {
    const count = (counts.get(random) ?? 0) + 1;
    counts.set(random, count);
    return `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(4)}${count.toString(16).padStart(8, '0')}`;
  };
}
