import type { App } from 'aws-cdk-lib';

/** Yours: the organization, two accounts of it, and a mailbox that takes plus addresses. */
export const settings = {
  organizationId: 'o-exampleorgid',
  managementAccountId: '999999999999',
  cicdAccountId: '222222222222',
  region: 'eu-west-1',
  repositoryName: 'shop',
  mailbox: 'aws@example.com',
};

interface Environment {
  readonly name: string;
  readonly parentBranchName: string;
  readonly organizationalUnit: string;
  readonly approval?: boolean;
}

const catalogue: Environment[] = [
  { name: 'prod', parentBranchName: 'main', organizationalUnit: 'Workloads/Prod', approval: true },
  { name: 'test', parentBranchName: 'env/prod', organizationalUnit: 'Workloads/Test' },
  { name: 'dev', parentBranchName: 'env/test', organizationalUnit: 'Workloads/Test' },
  { name: 'hotfix', parentBranchName: 'env/prod', organizationalUnit: 'Workloads/Test' },
];

/** The environments to have now: three, or those that the context names (`-c environments=prod,test,dev,hotfix`). */
export function environments(app: App): Environment[] {
  const wanted = String(app.node.tryGetContext('environments') ?? 'prod,test,dev').split(',');
  const unknown = wanted.filter(name => !catalogue.some(environment => environment.name === name));
  if (unknown.length) throw new Error(`the catalogue has no environment '${unknown.join("', '")}': it has ${catalogue.map(({ name }) => name).join(', ')}`);
  return catalogue.filter(({ name }) => wanted.includes(name));
}
