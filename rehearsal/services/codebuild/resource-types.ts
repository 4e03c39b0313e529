import { ProjectProperties, type Project } from './project';
import { Identifiers } from '../../core/identifiers';
import { read } from '../../core/protocol/read';
import type { Regional } from '../../core/regional';
import { AwsError } from '../../core/service';
import type { Environment, Provisioned, ResourceContext, ResourceType } from '../../core/service';

/** `AWS::CodeBuild::Project`. */
export function projectType(environment: Environment, kept: Regional<Map<string, Project>>): ResourceType {
  const identifiers = new Identifiers('codebuild');

  function put(name: string, input: Record<string, unknown>, { accountId, region }: ResourceContext): Provisioned {
    const arn = `arn:${environment.partition}:codebuild:${region}:${accountId}:project/${name}`;
    kept.of(accountId, region).set(name, projectOf({ name, arn, accountId, region }, input));
    return { id: name, attributes: { Arn: arn } };
  }

  async function create(input: Record<string, unknown>, context: ResourceContext): Promise<Provisioned> {
    const name = read(ProjectProperties, input).Name ?? identifiers.physicalName(context, 150);
    if (kept.of(context.accountId, context.region).has(name)) {
      throw new AwsError('ResourceAlreadyExistsException', `Project already exists: ${name}`);
    }
    return put(name, input, context);
  }

  return {
    create,
    update: async (id, input, before, context) =>
      input.Name === before.Name ? put(id, input, context) : create(input, context),
    remove: async (id, _properties, context) => {
      kept.of(context.accountId, context.region).delete(id);
    },
  };
}

function projectOf(
  identity: Pick<Project, 'name' | 'arn' | 'accountId' | 'region'>,
  input: Record<string, unknown>,
): Project {
  const properties = read(ProjectProperties, input);
  const logs = properties.LogsConfig?.CloudWatchLogs;
  return {
    ...identity,
    serviceRole: properties.ServiceRole,
    encryptionKey: properties.EncryptionKey,
    sourceType: properties.Source.Type,
    buildSpec: properties.Source.BuildSpec,
    image: properties.Environment.Image,
    variables: properties.Environment.EnvironmentVariables.map(variable => ({
      name: variable.Name,
      value: variable.Value,
      type: variable.Type,
    })),
    logGroup: logs?.Status === 'DISABLED' ? undefined : (logs?.GroupName ?? `/aws/codebuild/${identity.name}`),
    timeoutMinutes: properties.TimeoutInMinutes,
  };
}
