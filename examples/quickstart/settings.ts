import type { App } from 'aws-cdk-lib';

/** Replace with your organization, two of its accounts, a repository, and a mailbox that accepts plus addresses. */
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

/** Returns the environments in the context (`-c environments=prod,test,dev,hotfix`). Default: prod, test and dev. */
export function environments(app: App): Environment[] {
  const wanted = String(app.node.tryGetContext('environments') ?? 'prod,test,dev').split(',');
  const unknown = wanted.filter(name => !catalogue.some(environment => environment.name === name));
  if (unknown.length > 0) {
    const names = catalogue.map(({ name }) => name).join(', ');
    throw new Error(`unknown environment '${unknown.join("', '")}': use one or more of ${names}`);
  }
  return catalogue.filter(({ name }) => wanted.includes(name));
}
