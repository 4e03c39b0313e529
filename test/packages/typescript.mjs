import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { consumers, pacmak, root, run } from './run.mjs';

const TSC = path.join(root, 'node_modules/.bin/tsc');
const TSX = path.join(root, 'node_modules/.bin/tsx');

/** The app in TypeScript, with which those in other languages are compared. */
export class TypeScript {
  constructor(work, versions) {
    this.work = work;
    this.versions = versions;
    this.assemblies = new Map();
  }

  /** Builds the package, and checks that it compiles with the lowest version of aws-cdk-lib. */
  async prepare() {
    const { lowest, newest, package: version } = this.versions;
    await pacmak('js', this.work);
    this.package = path.join(this.work, 'js', `cdk-org-environments@${version}.jsii.tgz`);
    await Promise.all([lowest, newest].map(cdkVersion => this.synthesize(cdkVersion)));
    await this.checkTypes(lowest);
    return `aws-cdk-lib ${lowest} and ${newest}`;
  }

  /** Returns the folder with the cloud assembly. */
  synthesize(cdkVersion) {
    if (!this.assemblies.has(cdkVersion)) this.assemblies.set(cdkVersion, this.synthesizeOnce(cdkVersion));
    return this.assemblies.get(cdkVersion);
  }

  async synthesizeOnce(cdkVersion) {
    const folder = this.folderOf(cdkVersion);
    mkdirSync(folder);
    cpSync(path.join(consumers, 'typescript'), folder, { recursive: true });
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ private: true }));
    await run('npm', [
      'install', '--no-audit', '--no-fund', '--prefer-offline', this.package, `aws-cdk-lib@${cdkVersion}`, 'constructs',
    ], { cwd: folder });
    const outdir = path.join(folder, 'cdk.out');
    await run(TSX, ['app.ts'], { cwd: folder, env: { CDK_OUTDIR: outdir } });
    return outdir;
  }

  /** The constructs, and an app that uses them, must not need an API that this version of aws-cdk-lib lacks. */
  async checkTypes(cdkVersion) {
    const folder = this.folderOf(cdkVersion);
    const modules = path.join(folder, 'node_modules');
    const compilerOptions = {
      noEmit: true,
      declaration: false,
      rootDir: '/',
      types: ['node'],
      typeRoots: [path.join(root, 'node_modules/@types')],
      paths: Object.fromEntries(
        ['aws-cdk-lib', 'aws-cdk-lib/*', 'constructs'].map(name => [name, [path.join(modules, name)]]),
      ),
    };
    writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({
      extends: path.join(root, 'tsconfig.json'),
      compilerOptions,
      include: [path.join(root, 'src/**/*.ts'), 'app.ts'],
      exclude: [],
    }));
    await run(TSC, ['--project', 'tsconfig.json'], { cwd: folder });
  }

  folderOf(cdkVersion) {
    return path.join(this.work, `typescript-${cdkVersion}`);
  }
}
