import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

const ROOT = join(__dirname, '../..');

/** Handlers without the SDK, by the hash of the bundle that is shipped. */
export type LeanHandlers = ReadonlyMap<string, string>;

/** The handlers as they are, but with the SDK left outside, so that one can be supplied that speaks no HTTP; it takes a tenth of the time to load. */
export function leanHandlers(): LeanHandlers {
  const names = readdirSync(join(ROOT, 'lambda')).filter(name => existsSync(join(ROOT, 'lambda', name, 'handler.ts')));
  return new Map(names.map(name => {
    const { outputFiles: [file] } = buildSync({
      absWorkingDir: ROOT,
      entryPoints: [`lambda/${name}/handler.ts`],
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      write: false,
      external: ['@aws-sdk/*', '@smithy/*'],
      alias: { '@aws-lambda-powertools/logger': join(__dirname, 'quiet-logger.ts') },
    });
    return [hashOf(readFileSync(join(ROOT, 'lib/lambda', name, 'index.js'))), file.text];
  }));
}

/** Exchanges the handlers among the assets of a synthesized app. */
export function exchangeHandlers(assembly: string, handlers: LeanHandlers): void {
  for (const name of readdirSync(assembly)) {
    const file = join(assembly, name, 'index.js');
    const lean = name.startsWith('asset.') && existsSync(file) ? handlers.get(hashOf(readFileSync(file))) : undefined;
    if (lean !== undefined) writeFileSync(file, lean);
  }
}

function hashOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
