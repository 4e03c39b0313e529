import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import type { Repository } from './repository';
import type { RepositoryStore } from './store';
import type { Clock } from '../../core/clock';
import { partitionOfRegion, urlSuffixOf } from '../../core/partition';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Place, Provisioned, ResourceType } from '../../core/service';
import { unzip } from '../../core/zip';
import type { S3 } from '../s3/service';

const Properties = v.object({
  RepositoryName: v.string(),
  RepositoryDescription: v.optional(v.string(), ''),
  Code: v.optional(v.object({
    S3: v.object({ Bucket: v.string(), Key: v.string() }),
    BranchName: v.optional(v.string(), 'main'),
  })),
});

/** The objects of S3; assets are folders. */
export type Objects = Pick<S3, 'read' | 'directory'>;

/** `AWS::CodeCommit::Repository`; the id is the id of the repository and not its name. */
export function repositoryType(store: RepositoryStore, clock: Clock, objects: Objects): ResourceType {
  const filled = async (input: Record<string, unknown>, { accountId, region }: Place): Promise<Repository> => {
    const { RepositoryName: name, RepositoryDescription: description, Code: code } = read(Properties, input);
    if (code === undefined) return store.create(accountId, region, name, description);
    const { S3: { Bucket: bucket, Key: key }, BranchName: branch } = code;
    const to = { accountId, region, name, description, branch };
    const asset = objects.directory(bucket, key);
    if (asset !== undefined) return store.createFrom(asset, to);
    const archive = objects.read(bucket, key);
    if (archive === undefined) {
      throw new AwsError('InvalidRequest', `cannot read the code of ${name} from s3://${bucket}/${key}: no such key`);
    }
    const folder = await mkdtemp(join(tmpdir(), 'rehearsal-code-'));
    try {
      await unzip(archive, folder);
      return await store.createFrom(folder, to);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
  return {
    async create(input, { accountId, region }) {
      const { RepositoryName: name, RepositoryDescription: description } = read(Properties, input);
      const known = store.find(accountId, region, name);
      if (known?.isSeed !== true) {
        return provisioned(await clock.during(async () => filled(input, { accountId, region })));
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
