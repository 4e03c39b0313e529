import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';

/** The bundled command. */
export const COMMAND = path.join(__dirname, '../../lib/cli/org-environments.js');

export interface Result {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder with cloud assemblies in which `rehearse` runs, as a process of its own. */
export class CommandLine {
  public readonly folder = mkdtempSync(path.join(tmpdir(), 'cli-test-'));

  public constructor() {
    mkdirSync(path.join(this.folder, 'tmp'));
  }

  /** Its temporary files are in `tmp`, so that a test can check what remains there. */
  public get variables(): NodeJS.ProcessEnv {
    return { ...process.env, AWS_PROFILE: 'company', NO_COLOR: '1', TMPDIR: path.join(this.folder, 'tmp') };
  }

  public rehearse(...args: string[]): Result {
    const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, 'rehearse', ...args], {
      cwd: this.folder, encoding: 'utf8', env: this.variables,
    });
    return { status, stdout, stderr };
  }

  /** Writes a cloud assembly with a stack `Shop`, as CDK does. Returns its folder. */
  public assembly(
    name: string, resources: Record<string, unknown>, environment = 'aws://unknown-account/unknown-region',
  ): string {
    const outdir = path.join(this.folder, name);
    mkdirSync(outdir);
    const properties = { templateFile: 'Shop.template.json' };
    const manifest = {
      version: '55.0.0', artifacts: { Shop: { type: 'aws:cloudformation:stack', environment, properties } },
    };
    writeFileSync(path.join(outdir, 'manifest.json'), JSON.stringify(manifest));
    writeFileSync(path.join(outdir, 'Shop.template.json'), JSON.stringify({ Resources: resources }));
    return outdir;
  }

  /** Returns the content of a report in the folder. */
  public report(file: string) {
    return JSON.parse(readFileSync(path.join(this.folder, file), 'utf8'));
  }

  public remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A resource that is a placeholder in a rehearsal. Creating two with the same name in an account fails. */
export function queue(name: string): unknown {
  return {
    Type: 'AWS::SQS::Queue',
    Properties: { QueueName: name },
    Metadata: { 'aws:cdk:path': 'Shop/Orders/Resource' },
  };
}
