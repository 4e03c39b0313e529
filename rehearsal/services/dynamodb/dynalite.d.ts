declare module 'dynalite' {
  interface DynaliteRequest {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
  }

  interface DynaliteServer {
    emit(event: 'request', request: DynaliteRequest, response: object): boolean;
  }

  export default function dynalite(options: {
    createTableMs: number;
    deleteTableMs: number;
    updateTableMs: number;
  }): DynaliteServer;
}

declare module 'dynalite/db' {
  /** Size in bytes of an item with typed values (`{ S: 'text' }`). */
  export function itemSize(item: Readonly<Record<string, unknown>>): number;
}

declare module 'dynalite/validations' {
  /** Attribute and member names and indexes of lists. */
  type Path = readonly (string | number)[];

  /** A path, a value of the request, or a function. */
  type Operand = Path | Call | Readonly<Record<string, unknown>>;

  interface Call {
    readonly type: string;
    /** Of a function. */
    readonly name?: string;
    readonly args: readonly Operand[];
  }

  interface Section {
    readonly type: 'set' | 'remove' | 'add' | 'delete';
    readonly path: Path;
    readonly val?: Operand;
  }

  /** Members that parsing adds to a request. */
  interface ReadExpressions {
    _condition?: { readonly expression: Call };
    _filter?: { readonly expression: Call };
    _keyCondition?: { readonly expression: Call };
    _projection?: { readonly paths: readonly Path[] };
    _updates?: { readonly sections: readonly Section[] };
  }

  /** Parses the expressions of a request. Returns the error, if any. */
  export function validateExpressions(request: object & ReadExpressions): string | undefined;
}
