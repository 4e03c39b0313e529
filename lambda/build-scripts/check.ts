import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { differencesOf, summaryOf } from './differences';
import type { Finding } from './policy-findings';
import { guardFindings, nagFindings, nagTableFindings, validationFindings } from './policy-findings';

const [, assembly] = process.argv;
const read = (file: string) => readFileSync(file, 'utf8');
const files = readdirSync(assembly, { recursive: true, encoding: 'utf8' }).map(name => join(assembly, name));
const findings: Finding[] = files.flatMap(file => {
  if (/(^|\/)validation-report\.json$/.test(file)) return validationFindings(JSON.parse(read(file)));
  if (/-NagReport\.json$/.test(file)) return nagFindings(JSON.parse(read(file)));
  return /-NagReport\.csv$/.test(file) ? nagTableFindings(read(file)) : [];
});
if (existsSync('guard.json')) findings.push(...guardFindings(JSON.parse(read('guard.json'))));

const diff = read('diff.txt');
const differences = differencesOf(diff);
const security = differences.filter(difference => difference.security !== '');
const lines = [
  ...(security.length > 0
    ? [
      '',
      'Security-relevant changes',
      ...security.flatMap(({ stack, security: tables }) => ['', `Stack ${stack}`, tables]),
    ]
    : []),
  '',
  'All changes',
  ...(differences.length === 0 ? [diff] : differences.flatMap(({ stack, text }) => ['', `Stack ${stack}`, text])),
  '',
  ...findings.map(({ source, rule, location, message }) => `${source}: ${rule} in ${location}: ${message}`),
];
console.log(lines.join('\n'));
if (differences.length === 0) {
  console.error(
    "cannot parse the output of 'cdk diff' above: it has no line 'Stack <name>'; update cdk-org-environments, "
      + 'which supports other versions of the CDK command line',
  );
  process.exitCode = 1;
} else {
  writeFileSync('summary.txt', summaryOf(differences));
}
if (findings.length > 0) {
  console.error(`${findings.length} policy findings: fix them in the app, or acknowledge each there with a reason`);
  process.exitCode = 1;
}
