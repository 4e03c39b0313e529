import type { Api, ApiCall } from '../../lambda/shared/api/api';

type Answer = Readonly<Record<string, unknown>> | Error;

/** Answers calls by `service:operation`: the same answer always, or one after the other. */
export class FakeApi implements Api {
  public readonly calls: ApiCall[] = [];

  public constructor(private readonly answers: Readonly<Record<string, Answer | Answer[]>> = {}) {}

  public async call(call: ApiCall): Promise<Readonly<Record<string, unknown>>> {
    this.calls.push(call);
    const known = this.answers[`${call.service}:${call.operation}`];
    const answer = Array.isArray(known) ? known.shift() : known;
    if (answer instanceof Error) throw answer;
    return answer ?? {};
  }

  /** The operations that were called, without lists. */
  public get changes(): readonly string[] {
    return this.calls.map(({ operation }) => operation).filter(name => !/^(List|Describe|Get|GET)/.test(name));
  }

  public inputOf(operation: string): unknown {
    return this.calls.find(call => call.operation === operation)?.input;
  }
}

/** An error as AWS returns it. */
export function awsError(name: string, message = name, httpStatusCode = 400): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode } });
}
