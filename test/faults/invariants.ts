import { EMAILS } from './apps';
import type { FaultyWorld } from './world';
import { REPOSITORY } from './world';
import type { DeploymentResult } from '../../rehearsal/assembly/deployer';
import type { SimulatedAccount } from '../../rehearsal/organizations/organizations';
import { NAMES } from '../../src/private/contract';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';

/** What must hold after every deployment, whatever went wrong: each line of the answer says what does not. */
export async function broken(world: FaultyWorld): Promise<string[]> {
  return [...accountsTwice(world), ...forgottenAccounts(world), ...pipelinesTwice(world), ...thawed(world), ...await lostCommits(world)];
}

/** Whatever failed says why, and what to do. */
export function silent({ failures }: DeploymentResult): string[] {
  return failures
    // CDK's framework and CloudFormation have their own words, a function that was stopped has none
    .filter(({ reason }) => / Logs: /.test(reason.replace(/\s+/g, ' ')) && !/Runtime exited|Task timed out/.test(reason))
    .filter(({ reason }) => !WAY_OUT.test(reason))
    .map(({ logicalId, reason }) => `${logicalId} failed without a way out: ${reason.slice(0, 600)}`);
}

/** Words by which a user knows what to do. */
const WAY_OUT = /deploy(ed)? again|delete once more|delete that stack|use another|declare it from|mend it|adopt it|remove it/;

/** What is in an account for good, and what a pipeline has deployed. */
const KEPT = ['CDKToolkit', NAMES.baselineStack, 'Web'];

/** What must be gone once the app is destroyed. */
export function left(world: FaultyWorld): string[] {
  const stacks = world.simulation.cloudformation.all.filter(({ deleted, isSeed }) => !deleted && !isSeed);
  // what is being made in an account comes to its end by itself
  const stuck = stacks.filter(({ name, status }) => !/_(COMPLETE|IN_PROGRESS)$/.test(status) || !(KEPT.includes(name) || world.leftBehind));
  const pipelines = world.simulation.organizations.accounts.flatMap(({ accountId }) => world.simulation.codepipeline.pipelines(accountId, REGION));
  return [
    ...stuck.map(({ name, accountId, status, failure, reason }) => `stack ${name} in account ${accountId} is ${status}: ${failure ?? reason ?? ''}`),
    ...world.leftBehind ? [] : pipelines.map(({ name }) => `pipeline '${name}' is left`),
  ];
}

export function created(world: FaultyWorld): SimulatedAccount[] {
  return world.simulation.organizations.accounts.filter(({ joined }) => joined === 'CREATED');
}

/** AWS refuses an e-mail that is taken: a second account could only have one that nobody has declared. */
function accountsTwice(world: FaultyWorld): string[] {
  const strangers = created(world).filter(({ email }) => !EMAILS.includes(email));
  return strangers.map(({ email, accountId }) => `account ${accountId} was made as '${email}', which nobody has declared`);
}

/** What the registry says of an account that is there, be it that its answer was lost. */
const KNOWN = ['claimed', 'creating', 'created', 'ready', 'available'];

/** An account is known to the registry; to one that is younger than the account, the account itself says to whom it belongs. */
function forgottenAccounts(world: FaultyWorld): string[] {
  const records = world.registry;
  const isYounger = records.length === 0 || world.hasForgotten;
  return created(world).flatMap(({ accountId, email, tags }) => {
    const record = records.find(({ pk }) => pk === `account#${email}`);
    if (record?.accountId !== undefined && record.accountId !== accountId) return [`account ${accountId} is ${String(record.accountId)} in the registry`];
    const isKnown = record !== undefined && KNOWN.includes(String(record.state)) && (record.accountId === accountId || tags['org-environments:registry-key'] !== undefined);
    if (isKnown || (isYounger && tags['org-environments:registry-key'])) return [];
    return [`account ${accountId} (${email}) is forgotten: the registry has ${JSON.stringify(record)}, its tags are ${JSON.stringify(tags)}`];
  });
}

function pipelinesTwice(world: FaultyWorld): string[] {
  const { organizations, codepipeline } = world.simulation;
  const inTwoAccounts = [...world.clashes].map(name => `two pipelines of environment '${name}' let commits through at once`);
  world.clashes.clear();
  const hasty = [...world.hasty].map(accountId => `the application in account ${accountId} was deleted while its pipeline let commits through`);
  world.hasty.clear();
  return [...inTwoAccounts, ...hasty].concat(organizations.accounts.flatMap(({ accountId }) => {
    const active = codepipeline.pipelines(accountId, REGION).filter(({ frozen }) => !frozen);
    return active.length > 1 ? [`account ${accountId} has ${active.length} active pipelines: ${active.map(({ name }) => name).join()}`] : [];
  }));
}

/** What somebody has halted stays so until he resumes it. */
function thawed(world: FaultyWorld): string[] {
  const open = world.simulation.codepipeline.present.filter(({ name, closed }) => closed.size === 0 && world.operator.halted.has(name));
  return open.map(({ name }) => `the pipeline of '${name}' lets commits through, but was halted`);
}

async function lostCommits(world: FaultyWorld): Promise<string[]> {
  const git = world.simulation.codecommit.content(CICD_ACCOUNT, REGION, REPOSITORY);
  await world.noteHeads();
  const reachable = new Set<string>();
  const waiting = (await git.branches()).map(({ commitId }) => commitId);
  for (let commitId = waiting.pop(); commitId !== undefined; commitId = waiting.pop()) {
    if (!reachable.has(commitId)) waiting.push(...(await git.details(commitId)).parents);
    reachable.add(commitId);
  }
  return [...world.heads].filter(commitId => !reachable.has(commitId)).map(commitId => `commit ${commitId} is lost`);
}
