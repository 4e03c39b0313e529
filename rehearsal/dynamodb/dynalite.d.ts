declare module 'dynalite' {
  interface DynaliteRequest {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
  }

  interface DynaliteServer {
    emit(event: 'request', request: DynaliteRequest, response: object): boolean;
  }

  export default function dynalite(options: { createTableMs: number; deleteTableMs: number; updateTableMs: number }): DynaliteServer;
}
