import type { EnvironmentSpec } from './apps';
import type { FaultyWorld } from './world';
import { REPOSITORY } from './world';
import type { DeploymentResult } from '../../rehearsal/assembly/deployer';
import type { SimulatedAccount } from '../../rehearsal/organizations/organizations';
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

/** What the end of a deployment without faults must look like. */
export async function undeclared(world: FaultyWorld, environments: readonly EnvironmentSpec[]): Promise<string[]> {
  const found = await Promise.all(environments.map(async environment => undeclaredOne(world, environment)));
  const { organizations, codepipeline } = world.simulation;
  const wanted = environments.map(({ name }) => name);
  const present = organizations.accounts.flatMap(({ accountId }) => codepipeline.pipelines(accountId, REGION)).map(({ name }) => name);
  const isRight = wanted.every(name => present.includes(name)) && (present.length === wanted.length || world.leftBehind);
  return [...found.flat(), ...(isRight ? [] : [`the pipelines are those of '${present.join()}', declared are '${wanted.join()}'`])];
}

async function undeclaredOne(world: FaultyWorld, declared: EnvironmentSpec): Promise<string[]> {
  const { organizations, codepipeline, codecommit } = world.simulation;
  const { name, email, accountName, organizationalUnit, tags, branchName, parent, approval, enabled } = declared;
  const account = created(world).find(other => other.email === email);
  if (!account) return [`environment '${name}' has no account`];
  const { accountId } = account;
  const pipelines = codepipeline.pipelines(accountId, REGION);
  const text = await codecommit.file(CICD_ACCOUNT, REGION, REPOSITORY, branchName, 'environment.json');
  const descriptor = text === undefined ? undefined : JSON.parse(text);
  const unit = organizations.unitPath(accountId);
  const present = Object.fromEntries(Object.entries(account.tags).filter(([key]) => world.hasForgotten ? key in tags : !key.includes(':')));
  const asks = pipelines.some(({ stages }) => stages.some(({ actions }) => actions.some(({ category }) => category === 'Approval')));
  const known = world.registry.find(({ pk }) => pk === `account#${email}`)?.accountId;
  return [
    ...account.name === accountName ? [] : [`account ${accountId} is called '${account.name}', declared is '${accountName}'`],
    ...unit === organizationalUnit ? [] : [`account ${accountId} is in '${unit}', declared is '${organizationalUnit}'`],
    ...JSON.stringify(present) === JSON.stringify(tags) ? [] : [`account ${accountId} has the tags ${JSON.stringify(present)}, declared are ${JSON.stringify(tags)}`],
    ...known === accountId ? [] : [`the registry takes ${String(known)} for account ${accountId}`],
    ...pipelines.length === 1 && pipelines[0].name === name ? [] : [`account ${accountId} has the pipelines '${pipelines.map(pipeline => pipeline.name).join()}'`],
    ...asks === approval ? [] : [`the pipeline of '${name}' ${asks ? 'asks' : 'does not ask'} for approval`],
    ...pipelines.every(({ frozen }) => frozen !== enabled) ? [] : [`the pipeline of '${name}' is ${enabled ? 'frozen' : 'open'}`],
    ...descriptor?.accountId === accountId && descriptor?.parent === parent ? [] : [`branch '${branchName}' says ${text ?? 'nothing'}`],
  ];
}

/** What must be gone once the app is destroyed. */
export function left(world: FaultyWorld): string[] {
  const stack = world.simulation.cloudformation.find(CICD_ACCOUNT, REGION, 'Cicd');
  const pipelines = world.simulation.organizations.accounts.flatMap(({ accountId }) => world.simulation.codepipeline.pipelines(accountId, REGION));
  return [
    ...stack ? [`stack Cicd is ${stack.status}: ${stack.failure ?? stack.reason ?? ''}`] : [],
    ...world.leftBehind ? [] : pipelines.map(({ name }) => `pipeline '${name}' is left`),
  ];
}

function created(world: FaultyWorld): SimulatedAccount[] {
  return world.simulation.organizations.accounts.filter(({ joined }) => joined === 'CREATED');
}

function accountsTwice(world: FaultyWorld): string[] {
  const emails = created(world).map(({ email }) => email);
  return emails.filter((email, index) => emails.indexOf(email) !== index).map(email => `there are two accounts of '${email}'`);
}

/** An account is known to the registry, or at least says itself to whom it belongs. */
function forgottenAccounts(world: FaultyWorld): string[] {
  const records = world.registry;
  return created(world).flatMap(({ accountId, email, tags }) => {
    const record = records.find(({ pk }) => pk === `account#${email}`);
    if (record?.accountId !== undefined && record.accountId !== accountId) return [`account ${accountId} is ${String(record.accountId)} in the registry`];
    if (record?.accountId === accountId || tags['org-environments:registry-key']) return [];
    return [`account ${accountId} (${email}) is forgotten: the registry has ${JSON.stringify(record)}, its tags are ${JSON.stringify(tags)}`];
  });
}

function pipelinesTwice(world: FaultyWorld): string[] {
  const { organizations, codepipeline } = world.simulation;
  const inTwoAccounts = [...world.clashes].map(name => `two pipelines of environment '${name}' let commits through at once`);
  world.clashes.clear();
  return inTwoAccounts.concat(organizations.accounts.flatMap(({ accountId }) => {
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

/** Who has been in the queue longer is not waited for. */
const LONGEST_LIFE = 65 * 60_000;

/** Places in the queue of creations, when everything has been deployed as declared. */
export function strayEntries(world: FaultyWorld): string[] {
  const dead = world.simulation.clock.now() - LONGEST_LIFE;
  const members = world.registry.filter(({ pk }) => pk === 'queue#creations').flatMap(queue => Object.entries(queue))
    .filter(([key, since]) => key.startsWith('member:') && Number(since) > dead);
  return world.leftBehind ? [] : members.map(([member]) => `${member} is still in the queue of creations`);
}

/** Leases that nobody uses, once everything has been deployed as declared. */
export function strayLeases(world: FaultyWorld): string[] {
  const { codepipeline } = world.simulation;
  if (world.leftBehind) return [];
  return world.registry.filter(({ pk, holder }) => String(pk).startsWith('lease#') && holder !== undefined).flatMap(({ pk, holder }) => {
    const accountId = String(pk).slice('lease#'.length);
    return codepipeline.pipelines(accountId, REGION).length > 0 ? [] : [`account ${accountId} has no pipeline, but is leased: ${JSON.stringify(holder)}`];
  });
}
