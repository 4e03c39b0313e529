import { readFileSync, readdirSync } from 'node:fs';
import * as path from 'node:path';

/**
 * Returns the names of templates that only one of two cloud assemblies has. The templates contain the hashes of all
 * other assets.
 */
export function differences(expected, found) {
  const [ours, theirs] = [templatesOf(expected), templatesOf(found)];
  if (ours.length === 0) return [`${expected} has no templates`];
  const missing = (templates, others) => templates.filter(one => !others.some(other => isSame(one, other)));
  return [...missing(ours, theirs), ...missing(theirs, ours)].map(({ file }) => file);
}

function templatesOf(outdir) {
  const names = readdirSync(outdir).filter(name => name.endsWith('.template.json'));
  return names.map(name => {
    const file = path.join(outdir, name);
    // the name contains a hash that depends on the order of properties, which each language has its own of
    return { file, name: name.replace(/(PipelineTemplate).*/, '$1'), content: readFileSync(file) };
  });
}

function isSame(one, other) {
  return one.name === other.name && one.content.equals(other.content);
}
