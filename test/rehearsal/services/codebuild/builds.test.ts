import type { Build } from '../../../../rehearsal/services/codebuild/build';
import { buildAction, buildProject, MEMBER, PipelineWorld, REGION, until } from '../codepipeline/world';

type Specification = Parameters<typeof buildProject>[1];

let world: PipelineWorld;
beforeEach(async () => { world = await PipelineWorld.start(); });
afterEach(() => world.stop());

async function started(specification: Specification, change: Parameters<typeof buildProject>[2] = {}): Promise<Build> {
  await world.pipeline([{ Name: 'Build', Actions: [buildAction('Build', 'do')] }], {
    resources: { Project: buildProject('do', specification, change) },
  });
  return until(() => world.simulation.codebuild.builds(MEMBER, REGION).at(0));
}

async function built(specification: Specification, change: Parameters<typeof buildProject>[2] = {}): Promise<Build> {
  const build = await started(specification, change);
  await build.completion;
  return build;
}

/** The output of the commands. */
const output = (build: Build): string[] => build.log.filter(line => !line.startsWith('[Container]'));

test('phases run in order and share the state of the shell', async () => {
  const build = await built({
    phases: {
      install: { commands: ['greeting=hello', 'mkdir deep && cd deep'] },
      pre_build: { commands: ['say() { echo "$greeting from $(basename "$PWD")"; }'] },
      build: { commands: ['say'] },
    },
  });
  expect(output(build)).toEqual(['hello from deep']);
  expect(build.phases.map(({ type, status }) => `${type} ${status ?? ''}`.trim())).toEqual([
    'SUBMITTED SUCCEEDED',
    'QUEUED SUCCEEDED',
    'PROVISIONING SUCCEEDED',
    'DOWNLOAD_SOURCE SUCCEEDED',
    'INSTALL SUCCEEDED',
    'PRE_BUILD SUCCEEDED',
    'BUILD SUCCEEDED',
    'POST_BUILD SUCCEEDED',
    'UPLOAD_ARTIFACTS SUCCEEDED',
    'FINALIZING SUCCEEDED',
    'COMPLETED',
  ]);
});

test('after a failed build command, finally and post_build run and see the failure', async () => {
  const build = await built({
    phases: {
      build: { commands: ['exit 1', 'echo never'], finally: ['echo at last'] },
      post_build: { commands: ['echo "succeeding: $CODEBUILD_BUILD_SUCCEEDING"'] },
    },
  });
  expect(build.status).toBe('FAILED');
  expect(output(build)).toEqual(['at last', 'succeeding: 0']);
});

test('after a failed install phase no other phase runs', async () => {
  const build = await built({
    phases: {
      install: { commands: ['false'] },
      build: { commands: ['echo never'] },
      post_build: { commands: ['echo never'] },
    },
  });
  expect(output(build)).toEqual([]);
  expect(build.failure).toEqual({
    phase: 'INSTALL',
    code: 'COMMAND_EXECUTION_ERROR',
    message: 'Error while executing command: false. Reason: exit status 1',
  });
});

test('error output keeps its position and is part of the failure of the command', async () => {
  const command = '# the second\necho one; echo two >&2; echo three; echo four >&2; exit 2';
  const build = await built({
    phases: { build: { commands: ['echo before', command] }, post_build: { commands: ['echo after', 'false'] } },
  });
  expect(build.failedCommand).toEqual({ command, output: ['one', 'two', 'three', 'four'] });
});

test('on-failure decides whether a failed phase ends the build', async () => {
  const goesOn = await built({
    phases: { install: { 'on-failure': 'CONTINUE', 'commands': ['false'] }, build: { commands: ['echo on'] } },
  });
  expect([goesOn.status, output(goesOn)]).toEqual(['SUCCEEDED', ['on']]);
});

test('the environment contains only the variables of CodeBuild and of the project', async () => {
  process.env.SECRET_OF_MINE = 'secret';
  world.simulation.ssm.put(MEMBER, REGION, '/shop/token', 'token-1');
  const build = await built(
    {
      env: { variables: { WHO: 'the buildspec', ONE: 1 } },
      phases: { build: { commands: ['env | sort', 'ls -A "$HOME"'] } },
    },
    {
      Environment: {
        Type: 'LINUX_CONTAINER',
        Image: 'aws/codebuild/standard:7.0',
        ComputeType: 'BUILD_GENERAL1_SMALL',
        EnvironmentVariables: [
          { Name: 'WHO', Value: 'the project' },
          { Name: 'TOKEN', Type: 'PARAMETER_STORE', Value: '/shop/token' },
        ],
      },
    },
  );
  delete process.env.SECRET_OF_MINE;
  const lines = output(build);
  expect(lines).toEqual(
    expect.arrayContaining([
      'WHO=the project',
      'ONE=1',
      'TOKEN=token-1',
      `AWS_REGION=${REGION}`,
      'CODEBUILD_INITIATOR=codepipeline/test1',
      'CODEBUILD_BUILD_SUCCEEDING=1',
      `AWS_ENDPOINT_URL=${world.simulation.server.endpoint}`,
      expect.stringMatching(/^CODEBUILD_RESOLVED_SOURCE_VERSION=[0-9a-f]{40}$/),
    ]),
  );
  expect(lines.join('\n')).not.toContain('SECRET_OF_MINE');
  expect(lines.find(line => line.startsWith('HOME='))).not.toBe(`HOME=${process.env.HOME}`);
  // the home folder of a build is empty at the start
  expect(lines.at(-1)).toMatch(/=/);
});

test('the credentials of a build are in its environment and at the container endpoint', async () => {
  const ask =
    'fetch(process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI).then(async answer => '
    + 'console.log(answer.status, Object.keys(await answer.json()).join()))';
  const build = await built({
    phases: { build: { commands: [`node -e '${ask}'`, 'echo "$AWS_CONTAINER_CREDENTIALS_FULL_URI"'] } },
  });
  const [answer, address] = output(build);
  expect(answer).toBe('200 AccessKeyId,SecretAccessKey,Token,Expiration');
  expect((await fetch(address)).status).toBe(404);
});

test('a missing parameter or secret fails the build with its name', async () => {
  const parameter = await built({ env: { 'parameter-store': { TOKEN: '/none' } } });
  expect(parameter.failure?.message).toBe('parameter does not exist: /none, which variable TOKEN names');
  await world.stop();
  world = await PipelineWorld.start();
  const secret = await built({ env: { 'secrets-manager': { TOKEN: 'shop:token' } } });
  expect(secret.failure?.message).toContain(
    "the variable TOKEN names the secret 'shop:token', but the rehearsal has no Secrets Manager",
  );
});

test('stopping a build kills all its processes', async () => {
  const build = await started(['sleep 300 & echo "child $!"; sleep 300']);
  const child = Number((await until(() => build.log.find(line => line.startsWith('child')))).slice('child '.length));
  await call('StopBuild', { id: build.id });
  await build.completion;
  expect(build.status).toBe('STOPPED');
  await until(() => isAlive(child) ? undefined : true);
  const { builds } = await call('BatchGetBuilds', { ids: [build.id] });
  expect(builds).toMatchObject([{ id: build.id, buildStatus: 'STOPPED', buildComplete: true }]);
});

test('stopping a simulation leaves no process', async () => {
  const build = await started(['echo "child $$"; sleep 300']);
  const child = Number((await until(() => build.log.find(line => line.startsWith('child')))).slice('child '.length));
  await world.stop();
  await expect(until(() => isAlive(child) ? undefined : true)).resolves.toBe(true);
});

test('a package that a build installs does not change the packages of this machine', async () => {
  const manifest = JSON.stringify({ name: 'x', version: '1.0.0', dependencies: { semver: '^7.0.0' } });
  const build = await built([
    `printf %s '${manifest}' > package.json`,
    'echo {} > package-lock.json',
    'npm ci',
    'ls -ld node_modules/semver | cut -c1',
    "node -p \"require('semver').valid('1.2.3')\"",
  ]);
  expect(output(build).slice(1)).toEqual(['l', '1.2.3']);
  expect(output(build)[0]).toMatch(/^linking packages of .*node_modules into the build$/);
});

async function call(operation: string, input: object): Promise<Record<string, unknown>> {
  const { accessKeyId } = world.administrator(MEMBER);
  const response = await fetch(world.simulation.server.endpoint, {
    method: 'POST',
    headers: {
      'x-amz-target': `CodeBuild_20161006.${operation}`,
      'authorization': `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/${REGION}/codebuild/aws4_request`,
    },
    body: JSON.stringify(input),
  });
  return await response.json() as Record<string, unknown>;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
