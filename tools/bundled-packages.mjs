// What of npm packages is shipped in the bundles.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import * as path from 'node:path';
import { SUPPLIED_LICENCES } from './supplied-licences.mjs';

/** Packages of which a part is shipped that esbuild does not know: the template of `cdk bootstrap`, resource types. */
const COPIED_FROM = ['node_modules/aws-cdk', 'node_modules/@aws-cdk/aws-service-spec'];

/**
 * Returns the bundled packages, by name and version.
 *
 * @param root the folder of the project
 * @param metafiles those of esbuild, with the inputs of each bundle
 * @throws if a package has no licence text, or one is supplied that is not needed
 */
export function bundledPackages(root, metafiles, supplied = SUPPLIED_LICENCES) {
  const inputs = metafiles.flatMap(({ inputs }) => Object.keys(inputs));
  const folders = inputs.map(input => /^(?:.*node_modules\/)(?:@[^/]+\/)?[^/]+/.exec(input)?.[0]).filter(Boolean);
  const packages = new Map();
  for (const folder of [...folders, ...COPIED_FROM].sort()) {
    const manifest = JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8'));
    const texts = textsOf(root, folder, manifest, supplied);
    packages.set(`${manifest.name}@${manifest.version}`, { folder, manifest, ...texts });
  }
  const names = [...packages.values()].map(({ manifest }) => manifest.name);
  const unused = Object.keys(supplied).filter(name => !names.includes(name));
  if (unused.length > 0) {
    throw new Error(`no bundle contains ${unused.join(', ')}: remove it from tools/supplied-licences.mjs`);
  }
  return [...packages].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, bundled]) => bundled);
}

/** The licence of a package as its manifest declares it; very old ones have an object. */
export function licenceOf({ license }) {
  return typeof license === 'string' ? license : (license?.type ?? 'unknown licence');
}

function textsOf(root, folder, { name }, supplied) {
  const files = readdirSync(path.join(root, folder)).sort();
  const read = pattern => files
    .filter(file => pattern.test(file))
    .map(file => readFileSync(path.join(root, folder, file), 'utf8').trim());
  const own = read(/^(licen[cs]e|copying)([-.].*)?$/i);
  const licences = own.length > 0 ? own : suppliedText(root, supplied[name]);
  if (own.length > 0 && supplied[name]) {
    throw new Error(`the package '${name}' has a licence text of its own: remove it from tools/supplied-licences.mjs`);
  }
  if (licences.length === 0) {
    throw new Error(
      `the bundled package '${name}' has no licence text: add it to tools/supplied-licences.mjs with its origin`,
    );
  }
  return { licences, notices: read(/^notice([-.].*)?$/i) };
}

function suppliedText(root, { text, sameAs } = {}) {
  if (text) return [text];
  if (!sameAs) return [];
  const file = path.join(root, 'node_modules', sameAs, 'LICENSE');
  return existsSync(file) ? [readFileSync(file, 'utf8').trim()] : [];
}
