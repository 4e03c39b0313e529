import * as v from 'valibot';
import { Build, type BuildRequest } from './build';
import type { BuildParts } from './dependencies';
import { tellBuild } from './events';
import type { Project } from './project';
import { projectType } from './resource-types';
import { describedBuild } from './responses';
import { BuildRunner } from './runner';
import { Identifiers } from '../../core/identifiers';
import { everywhere, on, regionalArn, textOf } from '../../core/permissions';
import { read } from '../../core/protocol/read';
import { Regional } from '../../core/regional';
import type { RouteResponse } from '../../core/server';
import { AwsError } from '../../core/service';
import type { Call, Caller, Environment, Operation, ResourceType, Service } from '../../core/service';
import { zip } from '../../core/zip';
import type { Actor } from '../iam/service-roles';

const StartInput = v.object({
  projectName: v.string(),
  environmentVariablesOverride: v.optional(
    v.array(
      v.object({
        name: v.string(),
        value: v.string(),
        type: v.optional(v.picklist(['PLAINTEXT', 'PARAMETER_STORE', 'SECRETS_MANAGER']), 'PLAINTEXT'),
      }),
    ),
    [],
  ),
});
const IdInput = v.object({ id: v.string() });
const IdsInput = v.object({ ids: v.array(v.string()) });
const NameInput = v.object({ name: v.string() });
const NamesInput = v.object({ names: v.array(v.string()) });

/** Seconds that a build takes if its commands are not run. */
const SKIPPED_BUILD_SECONDS = 60;

/** AWS CodeBuild: the commands of builds run on this machine. */
export class CodeBuild implements Service {
  public readonly name = 'codebuild';
  public readonly protocol = 'json';
  public readonly operations: Record<string, Operation> = {
    StartBuild: async call => this.startByCall(call),
    BatchGetBuilds: async call => this.batchGet(call),
    StopBuild: async call => this.stop(call),
    BatchGetProjects: async call => this.batchGetProjects(call),
    ListProjects: async ({ caller: { accountId }, region }) => ({
      projects: [...this.projects.of(accountId, region).keys()],
    }),
    DeleteProject: async ({ caller: { accountId }, region, input }) => {
      this.projects.of(accountId, region).delete(read(NameInput, input).name);
    },
  };
  public readonly permissions = {
    ...on(['StartBuild'], call => regionalArn(call, `project/${textOf(call, 'projectName')}`)),
    ...everywhere(['ListProjects']),
    ...on(['DeleteProject'], call => regionalArn(call, `project/${textOf(call, 'name')}`)),
    ...on(['StopBuild'], call => regionalArn(call, `project/${projectOf(textOf(call, 'id'))}`)),
    ...on(['BatchGetBuilds'], call =>
      regionalArn(call, `project/${projectOf(String(read(IdsInput, call.input).ids[0]))}`),
    ),
    ...on(['BatchGetProjects'], call => regionalArn(call, `project/${read(NamesInput, call.input).names[0]}`)),
  };
  public readonly resourceTypes: Record<string, ResourceType>;
  public readonly existing: Service['existing'] = {
    'AWS::CodeBuild::Project': ({ accountId, region }) => [...this.projects.of(accountId, region).values()]
      .map(({ name: id, arn }) => ({ id, arn })),
  };
  private readonly identifiers = new Identifiers('codebuild/builds');
  private readonly projects = new Regional(() => new Map<string, Project>());
  private readonly known = new Regional(() => new Map<string, Build>());
  private readonly running = new Map<Build, BuildRunner>();

  public constructor(
    private readonly environment: Environment,
    private readonly parts: BuildParts,
  ) {
    this.resourceTypes = { 'AWS::CodeBuild::Project': projectType(environment, this.projects) };
  }

  /** Builds of an account, newest first. */
  public builds(accountId: string, region: string): readonly Build[] {
    return [...this.known.of(accountId, region).values()].reverse();
  }

  /** Starts a build; the permissions of the caller are already checked. */
  public start(caller: Caller, region: string, projectName: string, request: BuildRequest): Build {
    const project = this.projects.of(caller.accountId, region).get(projectName);
    if (project === undefined) {
      throw new AwsError(
        'ResourceNotFoundException',
        'Project cannot be found: '
          + `arn:${this.environment.partition}:codebuild:${region}:${caller.accountId}:project/${projectName}`,
      );
    }
    const builds = this.known.of(caller.accountId, region);
    const number = [...builds.values()].filter(build => build.project.name === projectName).length + 1;
    const id = `${projectName}:${this.identifiers.uuid()}`;
    const arn = `arn:${this.environment.partition}:codebuild:${region}:${caller.accountId}:build/${id}`;
    const build = new Build(id, arn, number, project, request, this.environment.clock.now(), caller);
    builds.set(id, build);
    build.completion = this.run(build);
    return build;
  }

  /** Returns the credentials of a running build. */
  public containerCredentials(id: string): RouteResponse {
    const [, runner] = [...this.running].find(([build]) => build.id === id) ?? [];
    if (runner === undefined) return { status: 404 };
    return {
      status: 200,
      body: JSON.stringify(runner.containerCredentials()),
      headers: { 'content-type': 'application/json' },
    };
  }

  public async close(): Promise<void> {
    for (const runner of this.running.values()) runner.end('STOPPED');
    await Promise.all([...this.running.keys()].map(async build => build.completion));
  }

  private async run(build: Build): Promise<void> {
    tellBuild(this.parts.events, build);
    const { project } = build;
    const place = {
      sourceArn: project.arn,
      region: project.region,
      sessionName: `AWSCodeBuild-${build.id.slice(build.id.indexOf(':') + 1)}`,
    };
    const actor = this.parts.roles.assumeAsService(project.serviceRole, 'codebuild.amazonaws.com', place);
    if (actor === undefined) {
      const at = this.environment.clock.now();
      const message =
        'CodeBuild is not authorized to perform: sts:AssumeRole on service role. Please verify that: 1) '
        + 'The provided service role exists, '
        + '2) The role name is case-sensitive and matches exactly, and 3) The role has the necessary trust '
        + `policy configured: ${project.serviceRole}`;
      build.phases.push({
        type: 'SUBMITTED',
        startedAt: at,
        endedAt: at,
        status: 'FAILED',
        contexts: [{ statusCode: 'ACCESS_DENIED', message }],
      });
      build.endedAt = at;
      build.status = 'FAILED';
    } else {
      await this.runAs(build, actor);
    }
    tellBuild(this.parts.events, build);
  }

  private async runAs(build: Build, actor: Actor): Promise<void> {
    if (!this.parts.runs) return this.pretend(build, actor);
    const runner = new BuildRunner(this.environment, this.parts, build, actor);
    this.running.set(build, runner);
    try {
      await runner.run();
    } finally {
      this.running.delete(build);
    }
  }

  /** Writes an empty artifact for a build that is not run. */
  private async pretend(build: Build, actor: Actor): Promise<void> {
    await this.environment.clock.sleep(SKIPPED_BUILD_SECONDS);
    const nothing = await this.environment.clock.during(async () => zip([]));
    for (const output of build.request.outputs) this.parts.artifacts.put(actor, output, nothing);
    build.log.push('[rehearsal] the commands of this build were not run');
    build.endedAt = this.environment.clock.now();
    build.status = 'SUCCEEDED';
  }

  private startByCall(call: Call): unknown {
    const { projectName, environmentVariablesOverride: variables } = read(StartInput, call.input);
    const project = this.projects.of(call.caller.accountId, call.region).get(projectName);
    if (project !== undefined && project.sourceType !== 'NO_SOURCE') {
      throw new AwsError(
        'InvalidInputException',
        `project ${projectName} has a source of type ${project.sourceType}: the rehearsal starts it only `
          + 'from a pipeline; calls can start projects with NO_SOURCE',
      );
    }
    const initiator = call.caller.arn.slice(call.caller.arn.lastIndexOf(':') + 1);
    return {
      build: describedBuild(
        this.start(call.caller, call.region, projectName, { variables, initiator, inputs: [], outputs: [] }),
      ),
    };
  }

  private batchGet(call: Call): unknown {
    const { ids } = read(IdsInput, call.input);
    const builds = this.known.of(call.caller.accountId, call.region);
    const found = ids.flatMap(id => builds.get(idOf(id)) ?? []);
    return { builds: found.map(describedBuild), buildsNotFound: ids.filter(id => !builds.has(idOf(id))) };
  }

  private stop(call: Call): unknown {
    const { id } = read(IdInput, call.input);
    const build = this.known.of(call.caller.accountId, call.region).get(idOf(id));
    if (build === undefined) throw new AwsError('ResourceNotFoundException', `Build could not be found: ${id}`);
    this.running.get(build)?.end('STOPPED');
    return { build: describedBuild(build) };
  }

  private batchGetProjects(call: Call): unknown {
    const { names } = read(NamesInput, call.input);
    const projects = this.projects.of(call.caller.accountId, call.region);
    const found = names.flatMap(name => projects.get(name) ?? []);
    return {
      projects: found.map(({ name, arn, serviceRole, sourceType, timeoutMinutes }) => ({
        name,
        arn,
        serviceRole,
        source: { type: sourceType },
        timeoutInMinutes: timeoutMinutes,
      })),
      projectsNotFound: names.filter(name => !projects.has(name)),
    };
  }
}

/** Finds a build by id or ARN. */
function idOf(text: string): string {
  return text.startsWith('arn:') ? text.slice(text.indexOf(':build/') + ':build/'.length) : text;
}

function projectOf(id: string): string {
  return idOf(id).split(':')[0];
}
