import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import * as path from 'node:path';
import { MissingError, consumers, pacmak, requireTools, root, run } from './run.mjs';

const GO_MODULE = 'github.com/cdk-org-environments/cdk-org-environments-go/cdkorgenvironments';
/** Folder of the package in a Maven repository. */
const GROUP = 'io/github/cdk-org-environments';

/** An app in another language. The slowest come first. */
export function languages(work, versions) {
  return [new Go(work, versions), new Java(work, versions), new Python(work, versions), new DotNet(work)];
}

class Language {
  constructor(id, name, work, cdkVersion) {
    Object.assign(this, { id, name, cdkVersion });
    this.folder = path.join(work, `${id}-app`);
    this.outdir = path.join(this.folder, 'cdk.out');
    this.packages = path.join(work, id);
  }

  async build() {
    await pacmak(this.id, path.dirname(this.packages));
    cpSync(path.join(consumers, this.id), this.folder, { recursive: true });
  }

  get environment() {
    return { CDK_OUTDIR: this.outdir };
  }
}

class Python extends Language {
  constructor(work, versions) {
    super('python', 'Python', work, versions.lowest);
  }

  checkTools() {
    requireTools('python3');
  }

  async synthesize() {
    await run('python3', ['-m', 'venv', 'venv'], { cwd: this.folder });
    const wheel = readdirSync(this.packages).find(name => name.endsWith('.whl'));
    await run(this.bin('pip'), [
      'install', '--quiet', path.join(this.packages, wheel), `aws-cdk-lib==${this.cdkVersion}`,
    ], { cwd: this.folder });
    await run(this.bin('python'), ['app.py'], { cwd: this.folder, env: this.environment });
    return this.outdir;
  }

  /** Runs the command that the package installs. */
  async afterwards() {
    const command = this.bin('org-environments');
    await run(command, ['--help'], { cwd: this.folder });
    await run(command, [
      'rehearse', '--app', `${this.bin('python')} app.py`, '--account', '123456789012=OrganizationAccountAccessRole',
      '--repository', `shop=${path.join(root, 'examples/template-repository')}`,
      '--organizational-unit', 'Workloads/Test', '--report', 'report.json',
    ], { cwd: this.folder });
    const { environments } = JSON.parse(readFileSync(path.join(this.folder, 'report.json'), 'utf8'));
    if (environments.length !== 3) throw new Error(`the rehearsal vended ${environments.length} environments, not 3`);
    return 'rehearsed through the installed command org-environments';
  }

  bin(name) {
    return path.join(this.folder, 'venv/bin', name);
  }
}

class Java extends Language {
  constructor(work, versions) {
    super('java', 'Java', work, versions.lowest);
    this.version = versions.package;
  }

  checkTools() {
    requireTools('javac', 'mvn');
  }

  async synthesize() {
    // otherwise Maven would use the package that it has found in an earlier run
    const installed = path.join(homedir(), '.m2/repository', GROUP);
    rmSync(installed, { recursive: true, force: true });
    await run('mvn', [
      '--batch-mode', '--quiet', 'compile', 'dependency:build-classpath', '-Dmdep.outputFile=classpath.txt',
      `-Dbuilt=${this.packages}`, `-DpackageVersion=${this.version}`, `-DcdkVersion=${this.cdkVersion}`,
    ], { cwd: this.folder });
    const classpath = readFileSync(path.join(this.folder, 'classpath.txt'), 'utf8').trim();
    await run('java', ['-cp', `target/classes:${classpath}`, 'example.Example'], {
      cwd: this.folder, env: this.environment,
    });
    return this.outdir;
  }
}

class Go extends Language {
  /** The module requires the version with which it was built. */
  constructor(work, versions) {
    super('go', 'Go', work, versions.newest);
  }

  checkTools() {
    requireTools('go');
  }

  async synthesize() {
    const built = path.join(this.packages, 'cdkorgenvironments');
    const [, goVersion] = /^go (\S+)$/m.exec(readFileSync(path.join(built, 'go.mod'), 'utf8'));
    writeFileSync(path.join(this.folder, 'go.mod'), [
      'module example', '', `go ${goVersion}`, '', `require ${GO_MODULE} v0.0.0`, '',
      `replace ${GO_MODULE} => ${built}`, '',
    ].join('\n'));
    const env = { ...this.environment, GOFLAGS: '-mod=mod' };
    await run('go', ['run', '.'], { cwd: this.folder, env });
    return this.outdir;
  }
}

class DotNet {
  constructor(work) {
    this.name = '.NET';
    this.work = work;
  }

  checkTools() {
    requireTools('dotnet');
  }

  async build() {
    await pacmak('dotnet', this.work);
  }

  /** @throws MissingError, as the package is built and no app is */
  synthesize() {
    throw new MissingError('the package was built; there is no app in C# to install it in');
  }
}
