import * as v from 'valibot';
import type { Repository } from './repository';
import type { RepositoryStore } from './store';
import type { Clock } from '../../core/clock';
import { partitionOfRegion, urlSuffixOf } from '../../core/partition';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Provisioned, ResourceType } from '../../core/service';

const Properties = v.object({
  RepositoryName: v.string(),
  RepositoryDescription: v.optional(v.string(), ''),
  Code: v.optional(v.unknown()),
});

/** `AWS::CodeCommit::Repository`; the id is the id of the repository and not its name. */
export function repositoryType(store: RepositoryStore, clock: Clock): ResourceType {
  return {
    async create(input, { accountId, region }) {
      const { RepositoryName: name, RepositoryDescription: description, Code: code } = read(Properties, input);
      if (code !== undefined) {
        throw new AwsError(
          'NotImplemented',
          `the rehearsal does not fill repository ${name} from Code: `
            + 'configure a git repository or a folder for that name',
        );
      }
      const known = store.find(accountId, region, name);
      if (known?.isSeed !== true) {
        return provisioned(await clock.during(async () => store.create(accountId, region, name, description)));
      }
      const taken = { ...known, isSeed: false, description };
      store.keep(taken);
      return provisioned(taken);
    },
    async update(_id, input, before, { accountId, region }) {
      const { RepositoryName: name, RepositoryDescription: description } = read(Properties, input);
      const repository = store.required(accountId, region, read(Properties, before).RepositoryName);
      return provisioned(store.change(repository, { name, description }));
    },
    async remove(id, _properties, { accountId, region }) {
      const repository = store.list(accountId, region).find(candidate => candidate.repositoryId === id);
      if (repository !== undefined) await clock.during(async () => store.remove(repository));
    },
  };
}

function provisioned(repository: Repository): Provisioned {
  const { cloneUrlHttp, cloneUrlSsh } = cloneUrls(repository);
  return {
    id: repository.repositoryId,
    attributes: {
      Arn: repository.arn,
      Name: repository.name,
      RepositoryId: repository.repositoryId,
      CloneUrlHttp: cloneUrlHttp,
      CloneUrlSsh: cloneUrlSsh,
    },
  };
}

export function cloneUrls({ region, name }: Pick<Repository, 'region' | 'name'>): {
  cloneUrlHttp: string;
  cloneUrlSsh: string;
} {
  const address = `git-codecommit.${region}.${urlSuffixOf(partitionOfRegion(region))}/v1/repos/${name}`;
  return { cloneUrlHttp: `https://${address}`, cloneUrlSsh: `ssh://${address}` };
}
