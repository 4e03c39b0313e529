import { createInterface } from 'node:readline/promises';
import { UsageError } from '../usage-error';

/** Asks a question to be answered with yes or no. @throws UsageError without a terminal */
export async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new UsageError('there is no terminal to confirm the repair: use --yes, or --check');
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
