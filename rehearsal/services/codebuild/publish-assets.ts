import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { BuildClient } from './build-client';
import { AssetManifest, withPlaceholdersReplaced } from '../../core/asset-manifest';
import { messageOf } from '../../core/error-message';
import { placeholderImage } from '../../core/placeholder-image';
import type { Place } from '../../core/service';
import { zipFolder } from '../s3/zip-folder';

/** Publishes an asset to one destination. */
interface Publication {
  /** As `cdk-assets` names it. */
  readonly id: string;
  readonly region: string;
  readonly assumeRoleArn?: string;
  publish(client: BuildClient): Promise<void>;
}

/** Where an asset is published. */
interface Destination {
  readonly region?: string;
  readonly assumeRoleArn?: string;
}

/**
 * Does what `cdk-assets publish` does: publishes assets of a manifest with the roles that it names. Images are not
 * built; a placeholder is published for each.
 *
 * @param given the arguments of the command. Returns its exit status
 */
export async function publishAssets(given: readonly string[]): Promise<number> {
  const command = commandOf(given);
  if (command === undefined) {
    console.error(`the rehearsal supports only 'cdk-assets --path <file> publish <assets>', got '${given.join(' ')}'`);
    return 1;
  }
  try {
    for (const { id, region, assumeRoleArn, publish } of await chosenBy(command)) {
      const own = BuildClient.ofEnvironment(region);
      await publish(assumeRoleArn === undefined ? own : await own.assume(assumeRoleArn));
      console.log(`success: Published ${id}`);
    }
    return 0;
  } catch (error) {
    console.error(`fail: ${messageOf(error)}`);
    return 1;
  }
}

interface Command {
  /** A manifest, or the folder of `assets.json`. */
  readonly path: string;
  /** Ids of assets, with or without the destination; empty for all. */
  readonly wanted: readonly string[];
}

/** Returns undefined for arguments that the rehearsal does not know. */
function commandOf(given: readonly string[]): Command | undefined {
  try {
    const { values: { path }, positionals: [command, ...wanted] } = parseArgs({
      args: [...given],
      allowPositionals: true,
      options: {
        path: { type: 'string', short: 'p', default: '.' },
        verbose: { type: 'boolean', short: 'v', multiple: true },
      },
    });
    return command === 'publish' ? { path, wanted } : undefined;
  } catch {
    return undefined;
  }
}

async function chosenBy({ path, wanted }: Command): Promise<Publication[]> {
  const { AWS_REGION: region = '' } = process.env;
  const accountId = await BuildClient.ofEnvironment(region).accountId();
  const file = statSync(path).isDirectory() ? join(path, 'assets.json') : path;
  const all = publicationsOf(file, { accountId, region });
  if (wanted.length === 0) return all;
  return wanted.flatMap(id => all.filter(publication => (
    publication.id === id || publication.id.startsWith(`${id}:`)
  )));
}

function publicationsOf(path: string, own: Place): Publication[] {
  const { files, dockerImages } = v.parse(AssetManifest, JSON.parse(readFileSync(path, 'utf8')));
  const folder = dirname(resolve(path));
  return [
    ...Object.entries(files).flatMap(([id, { source, destinations }]) => (
      Object.entries(destinations).map(([name, destination]) => {
        const { target, replaced } = targetOf(destination, own);
        const [bucket, key] = [destination.bucketName, destination.objectKey].map(replaced);
        return {
          ...target,
          id: `${id}:${name}`,
          publish: async (client: BuildClient): Promise<void> => {
            if (source.path === undefined) throw new Error(`the rehearsal does not build the asset ${id} by a command`);
            const file = join(folder, source.path);
            const body = source.packaging === 'zip' ? await zipFolder(file) : readFileSync(file);
            await client.putObject(bucket, key, body);
          },
        };
      })
    )),
    ...Object.entries(dockerImages).flatMap(([id, { destinations }]) => (
      Object.entries(destinations).map(([name, destination]) => {
        const { target, replaced } = targetOf(destination, own);
        const [repository, tag] = [destination.repositoryName, destination.imageTag].map(replaced);
        return {
          ...target,
          id: `${id}:${name}`,
          publish: async (client: BuildClient): Promise<void> => client.putImage(repository, tag, placeholderImage(id)),
        };
      })
    )),
  ];
}

/** Returns region and role of a destination, and what replaces its placeholders. */
function targetOf({ region: given, assumeRoleArn }: Destination, own: Place): {
  readonly target: Pick<Publication, 'region' | 'assumeRoleArn'>;
  readonly replaced: (value: string) => string;
} {
  const region = given ?? own.region;
  const replaced = (value: string): string => withPlaceholdersReplaced(value, { ...own, region });
  return { target: { region, assumeRoleArn: assumeRoleArn && replaced(assumeRoleArn) }, replaced };
}
