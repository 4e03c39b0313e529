import type { Build } from './build';
import type { Events } from '../events/service';

export type EventBus = Pick<Events, 'emit'>;

/** Emits the state change event of a build. */
export function tellBuild(bus: EventBus, build: Build): void {
  const { project, id, arn, status, currentPhase, request } = build;
  bus.emit(project.accountId, project.region, {
    'source': 'aws.codebuild',
    'detail-type': 'CodeBuild Build State Change',
    'resources': [arn],
    'detail': {
      'build-status': status,
      'project-name': project.name,
      'build-id': arn,
      'current-phase': currentPhase,
      'current-phase-context': '[]',
      'version': '1',
      'additional-information': {
        'initiator': request.initiator,
        'build-number': build.number,
        'build-complete': build.endedAt !== undefined,
        'logs': { 'group-name': project.logGroup, 'stream-name': id.slice(id.indexOf(':') + 1) },
      },
    },
  });
}
