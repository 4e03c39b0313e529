import * as v from 'valibot';
import type { Repositories, Repository } from './repositories';
import { Identifiers } from '../../core/identifiers';
import { PolicyDocument } from '../../core/policy-document';
import { Flag, read, tagRecord, Tags } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Provisioned, ResourceContext, ResourceType } from '../../core/service';
import type { Identities } from '../iam/identities';

const Properties = v.object({
  RepositoryName: v.optional(v.string()),
  ImageTagMutability: v.optional(v.string(), 'MUTABLE'),
  RepositoryPolicyText: v.optional(PolicyDocument),
  EmptyOnDelete: Flag,
  Tags,
});
type Properties = v.InferOutput<typeof Properties>;

/** `AWS::ECR::Repository`. The lifecycle policy has no effect. */
export function repositoryType(repositories: Repositories, iam: Identities): ResourceType {
  const identifiers = new Identifiers('ecr');

  function settle(repository: Repository, properties: Properties, context: ResourceContext): Provisioned {
    const { RepositoryPolicyText: policy } = properties;
    if (policy !== undefined) {
      iam.assertValid(policy, 'resource', 'InvalidParameterException');
      iam.assertPrincipalsExist(policy, 'InvalidParameterException');
    }
    repository.policy = policy;
    repository.isImmutable = properties.ImageTagMutability === 'IMMUTABLE';
    repository.tags = { ...context.tags, ...tagRecord(properties.Tags) };
    return { id: repository.name, attributes: { Arn: repository.arn, RepositoryUri: repository.uri } };
  }

  async function create(input: Record<string, unknown>, context: ResourceContext): Promise<Provisioned> {
    const properties = read(Properties, input);
    const name = properties.RepositoryName ?? identifiers.physicalName(context, 256).toLowerCase();
    if (repositories.find(context.accountId, context.region, name) !== undefined) {
      throw new AwsError(
        'AlreadyExists',
        `Resource of type 'AWS::ECR::Repository' with identifier '${name}' already exists.`,
      );
    }
    return settle(repositories.create({ ...context, name }), properties, context);
  }

  return {
    create,
    async update(id, input, before, context) {
      if (input.RepositoryName !== before.RepositoryName) return create(input, context);
      return settle(repositories.required(context.accountId, context.region, id), read(Properties, input), context);
    },
    async remove(id, input, { accountId, region }) {
      repositories.remove(accountId, region, id, read(Properties, input).EmptyOnDelete);
    },
  };
}
