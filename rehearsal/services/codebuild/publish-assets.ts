import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import * as v from 'valibot';
import { AwsClient } from './aws-client';
import { placeholderImage } from '../../core/placeholder-image';
import { zipFolder } from '../s3/zip-folder';

const Place = { region: v.optional(v.string()), assumeRoleArn: v.optional(v.string()) };
const Manifest = v.object({
  files: v.optional(v.record(v.string(), v.object({
    source: v.object({ path: v.optional(v.string()), packaging: v.optional(v.string(), 'file') }),
    destinations: v.record(v.string(), v.object({ ...Place, bucketName: v.string(), objectKey: v.string() })),
  })), {}),
  dockerImages: v.optional(v.record(v.string(), v.object({
    destinations: v.record(v.string(), v.object({ ...Place, repositoryName: v.string(), imageTag: v.string() })),
  })), {}),
});

/** Publishes an asset to one destination. */
interface Publication {
  /** As `cdk-assets` names it. */
  readonly id: string;
  readonly region: string;
  readonly assumeRoleArn?: string;
  publish(client: AwsClient): Promise<void>;
}

/**
 * Does what `cdk-assets publish` does: publishes assets of a manifest with the roles that it names. Images are not
 * built; a placeholder is published for each.
 *
 * @param given the arguments of the command. Returns its exit status
 */
export async function publishAssets(given: readonly string[]): Promise<number> {
  const path = given[given.findIndex(argument => ['-p', '--path'].includes(argument)) + 1];
  const wanted = given.slice(given.indexOf('publish') + 1).filter(argument => !argument.startsWith('-'));
  if (!given.includes('publish') || path === undefined) {
    console.error(`the rehearsal supports only 'cdk-assets --path <file> publish <assets>', got '${given.join(' ')}'`);
    return 1;
  }
  const all = publicationsOf(path);
  const chosen = wanted.length === 0 ? all : wanted.flatMap(id => all.filter(publication => (
    publication.id === id || publication.id.startsWith(`${id}:`)
  )));
  for (const { id, region, assumeRoleArn, publish } of chosen) {
    try {
      const own = AwsClient.ofEnvironment(region);
      await publish(assumeRoleArn === undefined ? own : await own.assume(assumeRoleArn));
      console.log(`success: Published ${id}`);
    } catch (error) {
      console.error(`fail: ${error instanceof Error ? error.message : String(error)}`);
      return 1;
    }
  }
  return 0;
}

function publicationsOf(path: string): Publication[] {
  const { files, dockerImages } = v.parse(Manifest, JSON.parse(readFileSync(path, 'utf8')));
  const folder = dirname(resolve(path));
  const place = ({ region, assumeRoleArn }: v.InferOutput<v.ObjectSchema<typeof Place, undefined>>): {
    region: string; assumeRoleArn?: string;
  } => ({
    region: region ?? process.env.AWS_REGION ?? '',
    // the partition of all regions that a build can reach
    assumeRoleArn: assumeRoleArn?.replace('${AWS::Partition}', process.env.REHEARSAL_PARTITION ?? 'aws'),
  });
  return [
    ...Object.entries(files).flatMap(([id, { source, destinations }]) => (
      Object.entries(destinations).map(([name, { bucketName, objectKey, ...rest }]) => ({
        id: `${id}:${name}`,
        ...place(rest),
        publish: async (client: AwsClient): Promise<void> => {
          if (source.path === undefined) throw new Error(`the rehearsal does not build the asset ${id} by a command`);
          const file = join(folder, source.path);
          const body = source.packaging === 'zip' ? await zipFolder(file) : readFileSync(file);
          await client.putObject(bucketName, objectKey, body);
        },
      }))
    )),
    ...Object.entries(dockerImages).flatMap(([id, { destinations }]) => (
      Object.entries(destinations).map(([name, { repositoryName, imageTag, ...rest }]) => ({
        id: `${id}:${name}`,
        ...place(rest),
        publish: async (client: AwsClient): Promise<void> =>
          client.putImage(repositoryName, imageTag, placeholderImage(id)),
      }))
    )),
  ];
}
