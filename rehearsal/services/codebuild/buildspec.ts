import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { parse } from 'yaml';

export const PHASES = ['install', 'pre_build', 'build', 'post_build'] as const;
export type PhaseName = typeof PHASES[number];

const Commands = v.optional(v.nullable(v.array(v.pipe(v.union([v.string(), v.number()]), v.transform(String)))), []);
const Phase = v.object({
  'on-failure': v.optional(
    v.picklist(['ABORT', 'CONTINUE'], 'on-failure must be ABORT or CONTINUE: the rehearsal does not retry'),
  ),
  'runtime-versions': v.optional(v.unknown()),
  'commands': Commands,
  'finally': Commands,
});
const Variables = v.optional(
  v.nullable(v.record(v.string(), v.pipe(v.union([v.string(), v.number(), v.boolean()]), v.transform(String)))),
  {},
);
const Artifact = v.object({
  'files': v.pipe(
    v.union([v.array(v.string()), v.string()]),
    v.transform(files => (typeof files === 'string' ? [files] : files)),
  ),
  'base-directory': v.optional(v.string(), ''),
  'discard-paths': v.optional(
    v.pipe(
      v.union([v.boolean(), v.string()]),
      v.transform(value => value === true || value === 'yes' || value === 'true'),
    ),
    false,
  ),
});

const Buildspec = v.object({
  version: v.pipe(v.union([v.string(), v.number()]), v.transform(Number), v.literal(0.2, 'the version must be 0.2')),
  env: v.optional(
    v.object({
      'variables': Variables,
      'parameter-store': Variables,
      'secrets-manager': Variables,
      'exported-variables': v.optional(v.array(v.string()), []),
    }),
  ),
  phases: v.optional(v.partial(v.object({ install: Phase, pre_build: Phase, build: Phase, post_build: Phase })), {}),
  artifacts: v.optional(
    v.object({ ...v.partial(Artifact).entries, 'secondary-artifacts': v.optional(v.record(v.string(), Artifact), {}) }),
  ),
});

export type Buildspec = v.InferOutput<typeof Buildspec>;
export type ArtifactSpec = v.InferOutput<typeof Artifact>;

/** The build specification is invalid. */
export class BuildspecError extends Error {}

/**
 * Returns the specification of the project itself, or of the file in the source that it names.
 *
 * @param image image of the build
 */
export function readBuildspec(given: string | undefined, sourceFolder: string, image: string): Buildspec {
  const isFile = given === undefined || /^[^\n{]*\.ya?ml$/.test(given.trim());
  const text = isFile ? fromSource(given?.trim() ?? 'buildspec.yml', sourceFolder) : given;
  const result = v.safeParse(Buildspec, parsed(text));
  if (result.success) return fitting(result.output, image);
  throw new BuildspecError(
    result.issues.map(issue => `${v.getDotPath(issue) ?? 'buildspec'}: ${issue.message}`).join('; '),
  );
}

function fitting(spec: Buildspec, image: string): Buildspec {
  const choosesRuntimes = spec.phases.install?.['runtime-versions'] !== undefined;
  if (choosesRuntimes && !image.startsWith('aws/codebuild/')) {
    throw new BuildspecError('This build image does not support selecting runtime versions.');
  }
  return spec;
}

function fromSource(name: string, sourceFolder: string): string {
  const file = join(sourceFolder, name);
  if (!existsSync(file)) throw new BuildspecError(`stat ${name}: no such file or directory`);
  return readFileSync(file, 'utf8');
}

function parsed(text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new BuildspecError(`YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
}
