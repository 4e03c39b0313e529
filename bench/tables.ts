import type { ManyApps } from './many-apps';
import type { Preparation } from './preparation';
import type { Results } from './results';
import type { VendingTime } from './vending';

type Cell = string | number | undefined;

/** The page of the figures. */
export function writeTables(results: Results, machine: string, missed: readonly string[]): string {
  return `# Measured

Written by \`npm run bench\` (${machine}), which fails when one of the promises below is
broken. The figures are in [bench/results.json](../bench/results.json). The peers are
[aws-bootstrap-kit](https://github.com/awslabs/aws-bootstrap-kit) 0.7.8 and CloudFormation's own \`AWS::Organizations::Account\`, one after another as
its documentation demands; both only create accounts. Times of (c) are those of the rehearsal's clock, in which only AWS takes time.

![Minutes until accounts are created, and environments in a stack](bench.svg)

${broken(missed)}${[resources, synth, vending, calls, bundles].map(section => section(results)).join('\n\n')}
`;
}

function broken(missed: readonly string[]): string {
  return missed.length === 0 ? '' : `## Broken in this run\n\n${missed.map(miss => `- ${miss}`).join('\n')}\n\n`;
}

function resources(results: Results): string {
  return `## (a) Resources of a stack

At least 150 environments fit into the 500 resources of a stack.

${table(['', 'besides', 'each', 'fit'], results.resources.map(({ name, before, each, fit }) => [name, before, each, fit]))}`;
}

function synth(results: Results): string {
  return `## (b) Time to synthesize

Milliseconds, the fastest of three; *bare* are as many \`CfnResource\`s as ours has, without constructs.

${table(['environments', 'resources', 'ours', 'bare', 'aws-bootstrap-kit', 'native accounts'], results.synth.map(row => [
  row.environments, row.resources, row.oursMilliseconds, row.bareMilliseconds, row.bootstrapKitMilliseconds ?? 'does not fit', row.nativeMilliseconds,
]))}

As users run it: a new process that loads the package as it is shipped. Seconds, the fastest of three; *processor* is what was worked in it.

${table(['environments', 'validation of CDK', 'seconds', 'processor'], results.coldSynth.map(row => [
  row.environments, row.validation ? 'on, the default' : 'off', row.wallSeconds, row.processorSeconds,
]))}`;
}

function vending({ vending: rows, preparation, manyApps }: Results): string {
  const head = [
    'accounts', 'bound', 'ours, created', 'ratio', 'ours, ready', 'to bound + preparation', 'to bound', 'aws-bootstrap-kit', 'ratio', 'native', 'ratio',
  ];
  return `## (c) Time until the accounts are there

AWS creates five accounts at once, a minute each, and takes three requests and then one every ten seconds: nobody can be faster than the *bound*.
*Created* is when AWS has made the last one; *ready* when it is also opened, in its unit, tagged and bootstrapped. One
account that waits for no other is ready ${preparation.seconds} seconds after it is created. AWS takes ${preparation.awsSeconds} of them, so *ready* is
judged by the bound plus these. For 25 and for 100 accounts, both stay within 1.15 times their bound. To the bound of the
creation alone, *ready* has the ratio in the last column of ours. That can be above 1.15: the seconds of AWS by themselves
make it ${shares(rows, preparation)}. The peers' accounts are neither awaited nor
bootstrapped. *Does not fit* is what has more than 500 resources in a stack, or more than the 10,240 bytes of policies that
IAM allows a role.

${table(head, rows.map(row => [
  row.accounts, seconds(row.lowerBoundSeconds), ...oursCells(row, preparation.awsSeconds),
  ...peerCells(row, row.bootstrapKit), ...peerCells(row, row.native),
]))}

${apps(manyApps)}`;
}

/** What the preparation by itself makes of the ratio. */
function shares(rows: readonly VendingTime[], { awsSeconds }: Preparation): string {
  return rows.filter(({ accounts }) => accounts >= 25).map(({ accounts, lowerBoundSeconds }) => {
    return `${ratio(lowerBoundSeconds + awsSeconds, lowerBoundSeconds)} for ${accounts} accounts`;
  }).join(' and ');
}

/** Of apps that share an organization. */
function apps({ apps: count, repositories, deployed, failure, role }: ManyApps): string {
  const head = ['apps', 'repositories', 'deployed', `policies of \`${role.name}\`, the organization alone`, 'with all apps'];
  return `Apps of one CICD account that import one organization, with an environment for each of their repositories. The policies are those of the
organization's role whose inline policies are the longest; IAM allows 10,240 characters.

${table(head, [[count, repositories, deployed, role.sizeBefore, role.sizeAfter]])}${failure === undefined ? '' : `\n\nThe next app failed: ${failure}`}`;
}

function oursCells({ lowerBoundSeconds: bound, ours: { createdSeconds, readySeconds } }: VendingTime, preparationSeconds: number): Cell[] {
  return [
    seconds(createdSeconds), ratio(createdSeconds, bound),
    seconds(readySeconds), ratio(readySeconds, bound + preparationSeconds), ratio(readySeconds, bound),
  ];
}

function peerCells({ lowerBoundSeconds }: VendingTime, peer: VendingTime['bootstrapKit']): Cell[] {
  return peer ? [seconds(peer.createdSeconds), ratio(peer.createdSeconds, lowerBoundSeconds)] : ['does not fit', ''];
}

function calls({ calls: rows }: Results): string {
  const services = [...new Set(rows.flatMap(({ byService }) => Object.keys(byService)))];
  const head = ['', ...rows.map(({ environments, stacks }) => `${environments} environments, ${stacks === 1 ? 'one stack' : `${stacks} stacks`}`)];
  return `## (d) Calls to AWS for each environment

Account, branch and pipeline, with all that the waiter and the handlers do, in at most 110 calls for one environment; the calls of an environment do not grow with their number (at most a tenth).

${table(head, [['all', ...rows.map(({ total }) => total)], ...services.map(service => [service, ...rows.map(({ byService }) => byService[service] ?? 0)])])}`;
}

function bundles(results: Results): string {
  return `## (e) Bundles of the handlers

Time in which a new process loads the bundle: of fifteen, the fastest has to stay within 150 ms. The median, and far more so when the machine has much
else to do, has waiting in it; *processor* is the median of the time that was worked.

${table(['handler', 'KiB', 'KiB zipped', 'ms to load, fastest', 'median', 'processor'], results.bundles.map(row => [
  row.handler, row.kibibytes, row.zippedKibibytes, row.loadMilliseconds, row.medianMilliseconds, row.processorMilliseconds,
]))}`;
}

function table(head: readonly Cell[], rows: readonly (readonly Cell[])[]): string {
  const line = (cells: readonly Cell[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), `|${head.map((_, index) => index === 0 ? '---' : '---:').join('|')}|`, ...rows.map(line)].join('\n');
}

function seconds(value: number): string {
  return `${value} s`;
}

function ratio(value: number, bound: number): string {
  return (value / bound).toFixed(2);
}
