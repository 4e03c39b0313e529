import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Build, BuildPhase, BuildStatus } from './build';
import { BuildspecError, PHASES, readBuildspec, type ArtifactSpec, type Buildspec, type PhaseName } from './buildspec';
import type { BuildParts } from './dependencies';
import { artifactEntries, isFolder } from './output';
import { Shell, type CommandFailure } from './shell';
import { givenVariables, machineVariables, type MachineFolders } from './variables';
import { messageWithCode } from '../../core/error-message';
import type { Environment } from '../../core/service';
import { unzip, zip } from '../../core/zip';
import type { Actor } from '../iam/service-roles';

/** Ends a build because its current phase failed. */
class PhaseError extends Error {
  public constructor(public readonly code: string, message: string) {
    super(message);
  }
}

const PROVISIONING_SECONDS = 15;
const COMMAND_ERROR = 'COMMAND_EXECUTION_ERROR';

/** Runs one build in its own folders, with only the permissions of the project's role. */
export class BuildRunner {
  private readonly folder: string;
  private readonly folders: MachineFolders;
  private shell?: Shell;
  private endedBy?: 'STOPPED' | 'TIMED_OUT';
  private phase?: BuildPhase;

  public constructor(
    private readonly environment: Environment,
    private readonly parts: BuildParts,
    private readonly build: Build,
    private readonly actor: Actor,
  ) {
    this.folder = mkdtempSync(join(parts.temporary, 'build-'));
    const made = (name: string): string => {
      mkdirSync(join(this.folder, name), { recursive: true });
      return join(this.folder, name);
    };
    this.folders = { source: made('src'), home: made('home'), temporary: made('tmp'), tools: parts.tools };
  }

  public async run(): Promise<void> {
    const {
      build,
      environment: { clock },
    } = this;
    // work is not scaled, so the timeout is not scaled either
    const timer = setTimeout(() => this.end('TIMED_OUT'), Math.min(build.project.timeoutMinutes * 60_000, 2 ** 31 - 1));
    timer.unref();
    try {
      this.startPhase('SUBMITTED');
      this.startPhase('QUEUED');
      this.startPhase('PROVISIONING');
      await clock.sleep(PROVISIONING_SECONDS);
      await clock.during(async () => this.work());
    } catch (error) {
      if (!(error instanceof PhaseError)) throw error;
      this.fail(error);
    } finally {
      clearTimeout(timer);
      rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
      this.startPhase('COMPLETED');
      build.endedAt = clock.now();
      build.status = this.endedBy ?? (build.status === 'IN_PROGRESS' ? 'SUCCEEDED' : build.status);
    }
  }

  /** Returns credentials in the format of the container credentials endpoint. */
  public containerCredentials(): object {
    const { accessKeyId, secretAccessKey, sessionToken } = this.actor.credentials();
    // SDKs compare it with the real time
    const expiration = new Date(Date.now() + 3_600_000).toISOString();
    return { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, Token: sessionToken, Expiration: expiration };
  }

  public end(how: 'STOPPED' | 'TIMED_OUT'): void {
    if (this.build.endedAt !== undefined) return;
    this.endedBy ??= how;
    this.shell?.kill();
  }

  private async work(): Promise<void> {
    this.startPhase('DOWNLOAD_SOURCE');
    this.openLog();
    const extra = await this.download();
    const spec = this.specification();
    const machine = machineVariables(this.build, this.folders, this.actor.credentials(), this.environment.endpoint);
    const variables = { ...machine, ...extra, ...this.resolved(spec) };
    const startIn = this.folders.source;
    const shell = new Shell({ folder: this.folder, startIn, variables, onLine: line => this.write(line) });
    this.shell = shell;
    await this.runPhases(shell, spec);
    this.build.exported = await shell.variables(spec.env?.['exported-variables'] ?? []);
    this.startPhase('UPLOAD_ARTIFACTS');
    if (this.build.status === 'IN_PROGRESS' && this.endedBy === undefined) await this.upload(spec);
    this.startPhase('FINALIZING');
  }

  private async runPhases(shell: Shell, spec: Buildspec): Promise<void> {
    for (const name of PHASES) {
      if (this.endedBy !== undefined) return;
      const isSucceeding = this.build.status === 'IN_PROGRESS';
      // cleanup commands run after a failed build, too
      if (
        !isSucceeding
        && (name !== 'post_build'
          || !this.build.phases.some(({ type, contexts }) => type === 'BUILD' && contexts.length > 0))
      ) {
        continue;
      }
      const goesOn = await this.runPhase(shell, spec, name, isSucceeding);
      if (!goesOn) return;
    }
  }

  private async runPhase(shell: Shell, spec: Buildspec, name: PhaseName, isSucceeding: boolean): Promise<boolean> {
    const phase = spec.phases[name];
    this.startPhase(name.toUpperCase());
    this.write(`[Container] Entering phase ${name.toUpperCase()}`);
    const extra = { CODEBUILD_BUILD_SUCCEEDING: isSucceeding ? '1' : '0' };
    const failed = await shell.run(phase?.commands ?? [], extra);
    const failedAtLast = await shell.run(phase?.finally ?? [], {
      ...extra,
      CODEBUILD_BUILD_SUCCEEDING: isSucceeding && !failed ? '1' : '0',
    });
    const failure = failed ?? failedAtLast;
    if (failure === undefined) return true;
    if (isSucceeding) {
      this.build.failedCommand = { command: failure.command.trim(), output: this.outputOf(failure.command) };
    }
    if (this.endedBy !== undefined) return true;
    const isTolerated = phase?.['on-failure'] === 'CONTINUE';
    this.note(commandError(failure), isTolerated ? undefined : 'FAILED');
    return phase?.['on-failure'] !== 'ABORT';
  }

  private openLog(): void {
    const { logGroup, accountId, region } = this.build.project;
    if (logGroup === undefined) return;
    const logStream = this.build.id.replace(':', '/');
    const resource = `log-group:${logGroup}:log-stream:${logStream}`;
    const arn = `arn:${this.environment.partition}:logs:${region}:${accountId}:${resource}`;
    try {
      this.actor.assertAllowed('logs:CreateLogStream', arn);
      this.actor.assertAllowed('logs:PutLogEvents', arn);
    } catch (error) {
      throw new PhaseError(
        'ACCESS_DENIED',
        `Service role ${this.build.project.serviceRole} does not allow AWS CodeBuild to create Amazon CloudWatch Logs `
          + `log streams for build ${this.build.arn}. Error message: ${messageWithCode(error)}`,
      );
    }
  }

  /** Returns the variables with the folders of the secondary sources. */
  private async download(): Promise<Record<string, string>> {
    const variables: Record<string, string> = {};
    for (const [index, input] of this.build.request.inputs.entries()) {
      const folder = index === 0 ? this.folders.source : join(this.folder, `src-${input.name}`);
      mkdirSync(folder, { recursive: true });
      if (index > 0) variables[`CODEBUILD_SRC_DIR_${input.name}`] = folder;
      await unzip(this.fetch(input.bucket, input.key, input.encryptionKey), folder).catch((error: unknown) => {
        throw new PhaseError(
          'CLIENT_ERROR',
          `error while unpacking ${input.bucket}/${input.key}: ${messageWithCode(error)}`,
        );
      });
    }
    return variables;
  }

  private fetch(bucket: string, key: string, encryptionKey: string | undefined): Buffer {
    try {
      return this.parts.artifacts.get(this.actor, { bucket, key, encryptionKey });
    } catch (error) {
      throw new PhaseError(
        'CLIENT_ERROR',
        `error while downloading key ${key} from bucket ${bucket}, error: ${messageWithCode(error)}`,
      );
    }
  }

  private specification(): Buildspec {
    const { image, buildSpec } = this.build.project;
    try {
      return readBuildspec(buildSpec, this.folders.source, image);
    } catch (error) {
      if (error instanceof BuildspecError) throw new PhaseError('YAML_FILE_ERROR', error.message);
      throw error;
    }
  }

  private resolved(spec: Buildspec): Record<string, string> {
    return Object.fromEntries(
      givenVariables(spec, this.build).map(({ name, value, type }) => {
        if (type === 'PLAINTEXT') return [name, value];
        if (type === 'SECRETS_MANAGER') {
          throw new PhaseError(
            'SECRETS_MANAGER_ERROR',
            `the variable ${name} names the secret '${value}', but the rehearsal has no Secrets Manager: `
              + 'use a parameter of the Parameter Store, or give the variable a plain value in the rehearsed app',
          );
        }
        return [name, this.parameter(name, value)];
      }),
    );
  }

  private parameter(variable: string, name: string): string {
    const { accountId, region } = this.build.project;
    try {
      this.actor.assertAllowed(
        'ssm:GetParameters',
        `arn:${this.environment.partition}:ssm:${region}:${accountId}:parameter/${name.replace(/^\//, '')}`,
      );
    } catch (error) {
      throw new PhaseError(
        'PARAMETER_STORE_ERROR',
        `parameter ${name} for variable ${variable}: ${messageWithCode(error)}`,
      );
    }
    const value = this.parts.ssm.value(accountId, region, name);
    if (value === undefined) {
      throw new PhaseError(
        'PARAMETER_STORE_ERROR',
        `parameter does not exist: ${name}, which variable ${variable} names`,
      );
    }
    return value;
  }

  private async upload(spec: Buildspec): Promise<void> {
    for (const output of this.build.request.outputs) {
      const body = await zip(this.entriesOf(spec, output.name));
      try {
        this.parts.artifacts.put(this.actor, output, body);
      } catch (error) {
        throw new PhaseError(
          'CLIENT_ERROR',
          `Error in UPLOAD_ARTIFACTS phase: error while uploading ${output.bucket}/${output.key}: `
            + messageWithCode(error),
        );
      }
    }
  }

  private entriesOf(spec: Buildspec, name: string): ReturnType<typeof artifactEntries> {
    const secondary = spec.artifacts?.['secondary-artifacts'] ?? {};
    const wanted = this.build.request.outputs.length > 1 || name in secondary ? secondary[name] : primaryOf(spec);
    if (wanted === undefined) {
      throw new PhaseError(
        'CLIENT_ERROR',
        `no matching artifact paths found: the buildspec does not say which files make the artifact ${name}`,
      );
    }
    const base = join(this.folders.source, wanted['base-directory']);
    if (!isFolder(base)) {
      throw new PhaseError('CLIENT_ERROR', `no matching base directory path found for ${wanted['base-directory']}`);
    }
    const entries = artifactEntries(this.folders.source, wanted);
    if (entries.length === 0) {
      throw new PhaseError('CLIENT_ERROR', `no matching artifact paths found: ${wanted.files.join(', ')}`);
    }
    return entries;
  }

  private startPhase(type: string): void {
    const at = this.environment.clock.now();
    if (this.phase !== undefined) {
      this.phase.endedAt = at;
      this.phase.status ??= this.endedBy ?? (this.phase.contexts.length > 0 ? 'FAILED' : 'SUCCEEDED');
    }
    this.phase = { type, startedAt: at, contexts: [] };
    this.build.currentPhase = type;
    this.build.phases.push(this.phase);
  }

  private fail(error: PhaseError): void {
    this.note(error, 'FAILED');
  }

  private note({ code, message }: PhaseError, status: BuildStatus | undefined): void {
    this.phase?.contexts.push({ statusCode: code, message });
    this.write(`[Container] Phase complete: ${this.phase?.type} State: FAILED`);
    this.write(`[Container] Phase context status code: ${code} Message: ${message}`);
    if (status !== undefined) this.build.status = status;
  }

  /** Returns the output after a command in the log; the command can have several lines. */
  private outputOf(command: string): readonly string[] {
    const lines = command.trim().split('\n');
    return this.build.log.slice(this.build.log.lastIndexOf(`[Container] Running command ${lines[0]}`) + lines.length);
  }

  private write(line: string): void {
    this.build.log.push(line);
  }
}

function commandError({ command, reason }: CommandFailure): PhaseError {
  return new PhaseError(COMMAND_ERROR, `Error while executing command: ${command.trim()}. Reason: ${reason}`);
}

function primaryOf({ artifacts }: Buildspec): ArtifactSpec | undefined {
  if (artifacts?.files === undefined) return undefined;
  return {
    'files': artifacts.files,
    'base-directory': artifacts['base-directory'] ?? '',
    'discard-paths': artifacts['discard-paths'] ?? false,
  };
}
