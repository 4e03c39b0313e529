import { isDeclared, isModelled, unknownMembers } from './models';
import { Server } from '../../rehearsal/core/server';
import { AwsError, type Call, type Operation, type Service } from '../../rehearsal/core/service';

/** What the services of a test have answered that the models of the SDK do not declare. */
export interface ObservedModels {
  readonly services: readonly Service[];
  /** The operations that were called, like `sts:AssumeRole`. */
  readonly operations: ReadonlySet<string>;
  readonly problems: ReadonlySet<string>;
  /** Services that are started after it are not observed. */
  stop(): void;
}

/** Operations of S3 Control answer at the endpoint of S3, and those of git are no API: the clients have neither. */
export const WITHOUT_MODEL: readonly string[] = [
  's3:GetAccountPublicAccessBlock', 's3:PutAccountPublicAccessBlock', 'codecommit:GitPull', 'codecommit:GitPush',
];

/** Compares all answers and errors of services that are started from now on with the models of the SDK. */
export function observeModels(): ObservedModels {
  const [services, operations, problems] = [[] as Service[], new Set<string>(), new Set<string>()];
  const { register } = Server.prototype;
  Server.prototype.register = function (this: Server, service) {
    services.push(service);
    observe(service, operations, problems);
    register.call(this, service);
  };
  return { services, operations, problems, stop: () => { Server.prototype.register = register; } };
}

function observe(service: Service, operations: Set<string>, problems: Set<string>): void {
  if (!isModelled(service.name)) return;
  for (const [name, operation] of Object.entries(service.operations)) {
    if (WITHOUT_MODEL.includes(`${service.name}:${name}`)) continue;
    Reflect.set(service.operations, name, observed(service.name, name, operation, operations, problems));
  }
}

function observed(
  service: string, name: string, operation: Operation, operations: Set<string>, problems: Set<string>,
): Operation {
  return async (call: Call) => {
    operations.add(`${service}:${name}`);
    try {
      const answer = await operation(call);
      unknownMembers(service, name, answer).forEach(member => problems.add(`${service}: ${member}`));
      return answer;
    } catch (error) {
      const code = error instanceof AwsError ? error.code : String(error);
      // the host does not exist, so this is no answer of AWS
      if (code === 'ENOTFOUND') throw error;
      if (!isDeclared(service, name, code)) problems.add(`${service}:${name} raises ${code}`);
      throw error;
    }
  };
}
