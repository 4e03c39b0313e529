import { existsSync, readFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import * as path from 'node:path';

type Require = (request: string) => unknown;
type Compiled = (...parameters: unknown[]) => void;

/** What a module finds around it in place of what Node has. */
interface Surroundings {
  readonly globals: Readonly<Record<string, unknown>>;
  /** Modules that are supplied; undefined: the module is looked for as usual. */
  supply(request: string): unknown;
  /** The file of a module that is not found beside the one that asks for it. */
  find?(request: string): string | undefined;
  /** Told what a request has brought. */
  found?(request: string, exports: unknown): void;
}

/** Reading and compiling takes most of the time of a start, and its result is the same for everybody. */
const compiled = new Map<string, Compiled>();

const builtin = createRequire(__filename);

/** CommonJS once more: modules with a state of their own, so that one process can hold a function several times. */
export class Modules {
  private readonly loaded = new Map<string, { exports: unknown }>();

  public constructor(private readonly surroundings: Surroundings) {}

  public load(file: string): unknown {
    const known = this.loaded.get(file);
    if (known) return known.exports;
    const made: { exports: unknown } = { exports: {} };
    this.loaded.set(file, made);
    if (file.endsWith('.json')) {
      made.exports = JSON.parse(readFileSync(file, 'utf8'));
      return made.exports;
    }
    const { globals } = this.surroundings;
    compile(file, Object.keys(globals))(made.exports, this.requireOf(file), made, file, path.dirname(file), ...Object.values(globals));
    return made.exports;
  }

  private requireOf(file: string): Require {
    return request => {
      const supplied = this.surroundings.supply(request);
      if (supplied !== undefined) return supplied;
      if (isBuiltin(request)) return builtin(request);
      const loaded = this.load(this.resolve(request, file));
      this.surroundings.found?.(request, loaded);
      return loaded;
    };
  }

  private resolve(request: string, from: string): string {
    // most requests are for a file beside the one that asks: no need to look through the folders above
    const beside = request.startsWith('.') ? ['', '.js'].map(ending => path.join(path.dirname(from), request + ending)).find(isFile) : undefined;
    if (beside) return beside;
    const found = this.surroundings.find?.(request);
    if (found) return found;
    return createRequire(from).resolve(request);
  }
}

function isFile(file: string): boolean {
  return path.extname(file) !== '' && existsSync(file);
}

function compile(file: string, names: readonly string[]): Compiled {
  const key = `${names.join()} ${file}`;
  const known = compiled.get(key);
  if (known) return known;
  const body = `${readFileSync(file, 'utf8').replace(/^#!.*/, '')}\n//# sourceURL=${file}`;
  // not the vm module: errors and lists of the modules must be of the same kind as those of the rehearsal
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const made: unknown = new Function('exports', 'require', 'module', '__filename', '__dirname', ...names, body);
  if (!isCompiled(made)) throw new Error(`'${file}' cannot be compiled`);
  compiled.set(key, made);
  return made;
}

function isCompiled(value: unknown): value is Compiled {
  return typeof value === 'function';
}
