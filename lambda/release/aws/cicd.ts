import { BatchGetBuildsCommand, CodeBuildClient, StartBuildCommand } from '@aws-sdk/client-codebuild';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { bad } from './health';
import type { HookRequest } from '../../../src/blue-green/release/contract';
import { assumeRole } from '../../shared/assume-role';
import { clientDefaults } from '../../shared/clients';
import type { Health, Hooks, HookState } from '../ports';

/** Maximum time of a function of the user; the function of releases itself may take 5 minutes. */
const INVOKE_SECONDS = 90;

export interface HookClients {
  readonly lambda: LambdaClient;
  readonly codebuild: CodeBuildClient;
}

/** @param roleArn role of the environment in the CICD account */
export function hookClients(roleArn: string): HookClients {
  const config = { ...clientDefaults(), credentials: async () => assumeRole({ roleArn }) };
  return { lambda: new LambdaClient(config), codebuild: new CodeBuildClient(config) };
}

/** The functions and projects of the user in the CICD account. */
export class AwsHooks implements Hooks {
  public constructor(private readonly clients: HookClients) {}

  /** A function runs while it is called; the run of a project is a build. */
  public async start(hook: HookRequest, token: string, event: object): Promise<string> {
    if (hook.kind === 'function') {
      const result = await this.invoke(hook.functionArn, { ...event, token });
      return result.failure === undefined ? 'succeeded' : `failed: ${result.failure}`;
    }
    const variables = Object.entries(event).map(([name, value]) => ({
      name: `RELEASE_${name.toUpperCase()}`,
      value: typeof value === 'string' ? value : JSON.stringify(value),
    }));
    const { build } = await this.clients.codebuild.send(new StartBuildCommand({
      projectName: hook.projectName, idempotencyToken: token, environmentVariablesOverride: variables,
    }));
    return build?.id ?? '';
  }

  public async state(hook: HookRequest, run: string): Promise<HookState> {
    if (hook.kind === 'function') {
      return run === 'succeeded' ? { state: 'succeeded' } : { state: 'failed', why: run.replace(/^failed: /, '') };
    }
    const { builds: [build] = [] } = await this.clients.codebuild.send(new BatchGetBuildsCommand({ ids: [run] }));
    if (build?.buildStatus === 'IN_PROGRESS') return { state: 'running' };
    if (build?.buildStatus === 'SUCCEEDED') return { state: 'succeeded' };
    return { state: 'failed', why: `build ${run} is ${build?.buildStatus ?? 'unknown'}` };
  }

  /** A function is healthy if it returns; it fails with the reason. */
  public async health(functionArn: string, event: object): Promise<Health> {
    const { failure } = await this.invoke(functionArn, event);
    return failure === undefined ? { isGood: true } : bad(failure);
  }

  private async invoke(functionArn: string, event: object): Promise<{ readonly failure?: string }> {
    const command = new InvokeCommand({ FunctionName: functionArn, Payload: Buffer.from(JSON.stringify(event)) });
    const abortSignal = AbortSignal.timeout(INVOKE_SECONDS * 1000);
    try {
      const { FunctionError: kind, Payload: payload } = await this.clients.lambda.send(command, { abortSignal });
      if (kind === undefined) return {};
      return { failure: `function '${functionArn}' failed: ${messageIn(Buffer.from(payload ?? []).toString('utf8'))}` };
    } catch (error) {
      if (!abortSignal.aborted) throw error;
      return { failure: `function '${functionArn}' did not end within ${INVOKE_SECONDS} seconds` };
    }
  }
}

function messageIn(payload: string): string {
  try {
    const { errorMessage } = JSON.parse(payload) as { readonly errorMessage?: unknown };
    return typeof errorMessage === 'string' ? errorMessage : payload;
  } catch {
    return payload;
  }
}
