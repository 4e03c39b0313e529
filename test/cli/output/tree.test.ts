import { stripVTControlCharacters } from 'node:util';
import { formatTree } from '../../../cli/output/tree';
import type { EnvironmentReport } from '../../../cli/report/report';

const environment = (branchName: string, parentBranchName: string): EnvironmentReport => ({
  environmentName: branchName.slice(4),
  branchName,
  parentBranchName,
  commitId: 'abcdef0123',
  accountId: '300000000001',
  organizationalUnit: 'Workloads',
  pipelineName: 'shop',
  enabled: branchName !== 'env/dev',
});

test('environments are a tree of branches with aligned columns', () => {
  const tree = formatTree([
    environment('env/dev', 'env/test'), environment('env/prod', 'main'), environment('env/test', 'env/prod'),
    environment('env/fix', 'env/prod'),
  ]);
  expect(stripVTControlCharacters(tree).split('\n')).toEqual([
    'main',
    '└─ env/prod       prod  abcdef0  300000000001  Workloads  shop  enabled',
    '   ├─ env/test    test  abcdef0  300000000001  Workloads  shop  enabled',
    '   │  └─ env/dev  dev   abcdef0  300000000001  Workloads  shop  disabled',
    '   └─ env/fix     fix   abcdef0  300000000001  Workloads  shop  enabled',
  ]);
});
