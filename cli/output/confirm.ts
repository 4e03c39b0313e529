import { createInterface } from 'node:readline/promises';
import { UsageError } from '../usage-error';

/** Asks a question. Returns whether the answer is yes. @throws UsageError without a terminal */
export async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new UsageError(`cannot ask for confirmation, because the input is not a terminal: use --yes (${question})`);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
