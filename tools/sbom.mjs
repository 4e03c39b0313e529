// Writes what the bundles contain as a CycloneDX document. It has no time and no random number: the same packages give
// the same file.
import { readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { Contrib, Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';
import parseExpression from 'spdx-expression-parse';
import { licenceOf } from './bundled-packages.mjs';

const { FromNodePackageJson } = Contrib;
const builder = new FromNodePackageJson.Builders.ComponentBuilder(
  new FromNodePackageJson.Factories.ExternalReferenceFactory(),
  new Contrib.License.Factories.LicenseFactory(parseExpression),
);

export function writeSbom(root, packages, file) {
  const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')).packages;
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const product = component(manifest);
  const bom = new Models.Bom({ metadata: new Models.Metadata({ component: product }) });
  for (const { folder, manifest: bundled } of packages) {
    const part = component(bundled, integrityOf(lock, folder));
    bom.components.add(part);
    product.dependencies.add(part.bomRef);
  }
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  writeFileSync(path.join(root, file), `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`);
}

/** A package may lie in the archive of another one, and has no archive of its own. */
function integrityOf(lock, folder) {
  const { integrity, inBundle } = lock[folder] ?? {};
  return inBundle ? integrityOf(lock, folder.slice(0, folder.lastIndexOf('/node_modules/'))) : integrity;
}

function component(manifest, integrity) {
  const { name, version } = manifest;
  // some manifests declare the licence a second time, in a field that is obsolete
  const declared = { ...manifest, license: licenceOf(manifest), licenses: undefined };
  const made = builder.makeComponent(declared, Enums.ComponentType.Library);
  if (!made) throw new Error(`the package.json of '${name}' is not valid`);
  made.purl = `pkg:npm/${name.replace('@', '%40')}@${encodeURIComponent(version)}`;
  made.bomRef.value = made.purl;
  if (integrity) made.hashes.set(...FromNodePackageJson.Utils.parsePackageIntegrity(integrity));
  return made;
}
