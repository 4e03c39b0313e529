import type { Build } from './build';

/** Returns a build in the format of BatchGetBuilds. */
export function describedBuild(build: Build): Record<string, unknown> {
  const { id, arn, number, project, startedAt, endedAt, currentPhase, status, request } = build;
  return {
    id,
    arn,
    buildNumber: number,
    startTime: new Date(startedAt),
    endTime: endedAt === undefined ? undefined : new Date(endedAt),
    currentPhase,
    buildStatus: status,
    buildComplete: endedAt !== undefined,
    projectName: project.name,
    initiator: request.initiator,
    serviceRole: project.serviceRole,
    timeoutInMinutes: project.timeoutMinutes,
    exportedEnvironmentVariables: Object.entries(build.exported).map(([name, value]) => ({ name, value })),
    logs: { groupName: project.logGroup, streamName: id.slice(id.indexOf(':') + 1) },
    phases: build.phases.map(phase => ({
      phaseType: phase.type,
      phaseStatus: phase.status,
      startTime: new Date(phase.startedAt),
      endTime: phase.endedAt === undefined ? undefined : new Date(phase.endedAt),
      durationInSeconds: phase.endedAt === undefined ? undefined : Math.round((phase.endedAt - phase.startedAt) / 1000),
      contexts: phase.contexts,
    })),
  };
}
