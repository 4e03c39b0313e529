import { existsSync, readFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import * as path from 'node:path';

/** The parameters of the function that Node makes of a module. */
const WRAPPED = ['exports', 'require', 'module', '__filename', '__dirname'].join(', ');

type Require = (request: string) => unknown;
type Module = (...parameters: unknown[]) => void;
/** Returns the module with the given values of globals. */
type Compiled = (...globals: unknown[]) => Module;

/** Globals that replace those of Node. */
interface Surroundings {
  readonly globals: Readonly<Record<string, unknown>>;
  /** Returns a supplied module; undefined to resolve it as usual. */
  supply(request: string): unknown;
  /** Resolves a module that is not found beside the importing file. */
  find?(request: string): string | undefined;
}

/** Cache of compiled modules: compiling takes most of the start, and the result is reusable. */
const compiled = new Map<string, Compiled>();

const builtin = createRequire(__filename);

/** A CommonJS loader with separate module state, so that one process can load a function several times. */
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
    const module = compile(file, Object.keys(globals))(...Object.values(globals));
    module(made.exports, this.requireOf(file), made, file, path.dirname(file));
    return made.exports;
  }

  private requireOf(file: string): Require {
    return request => {
      const supplied = this.surroundings.supply(request);
      if (supplied !== undefined) return supplied;
      if (isBuiltin(request)) return builtin(request);
      return this.load(this.resolve(request, file));
    };
  }

  private resolve(request: string, from: string): string {
    // most requires are relative, which needs no search in parent folders
    const beside = request.startsWith('.')
      ? ['', '.js'].map(ending => path.join(path.dirname(from), request + ending)).find(isFile)
      : undefined;
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
  const code = readFileSync(file, 'utf8').replace(/^#!.*/, '');
  // a function of its own, because a module may declare variables with the names of globals
  const body = `return (function (${WRAPPED}) {${code}\n})\n//# sourceURL=${file}`;
  // not the vm module: errors and arrays must have the same prototypes as in the rehearsal
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const made: unknown = new Function(...names, body);
  if (!isCompiled(made)) throw new Error(`'${file}' cannot be compiled`);
  compiled.set(key, made);
  return made;
}

function isCompiled(value: unknown): value is Compiled {
  return typeof value === 'function';
}
