// Draws overview.svg, the picture of the README: `node images/overview.mjs > images/overview.svg`.
import { arrow, box, draw, rectangle, text, zone } from './drawing.mjs';

const zones = [
  [20, 160, 250, 530, 'Your machine'],
  [350, 20, 390, 112, 'Management account'],
  [350, 160, 390, 530, 'CICD account'],
  [880, 20, 280, 670, 'Member accounts'],
];

const boxes = [
  [36, 200, 218, 212, 'Your CDK app', '|Organization', '|Source', '|Account', '|AccountPipelineBranch',
    '|  ├ Branch', '|  └ Pipeline', '|      └ AccountStack'],
  [36, 452, 218, 96, 'Rehearsal', 'a simulated organization:', 'same templates and handlers,', 'no account is created'],
  [36, 604, 218, 56, 'Developer', 'changes the application'],
  [368, 60, 162, 56, 'Access role', 'for vending only'],
  [552, 60, 172, 56, 'AWS Organizations', 'accounts, units'],
  [368, 200, 172, 148, 'Functions', 'one for each kind:', '|account', '|branch', '|pipeline', '|stack'],
  [560, 200, 162, 56, 'Registry', 'state of all resources'],
  [368, 370, 162, 56, 'Entry and waiter', 'one for all requests'],
  [560, 400, 162, 152, 'Repository', 'CodeCommit, GitHub,', 'GitLab or Bitbucket',
    '|main', '|└ env/prod', '|  └ env/test'],
  [368, 604, 162, 56, 'Artifact key', 'one for all pipelines'],
  [560, 604, 162, 56, 'Trigger', 'on every push'],
];

/** An environment in its account: [y, name, branch, steps]. */
const environments = [
  [60, 'prod', 'env/prod', ['Source', 'Synth', 'Check', 'Approve', 'Deploy', 'Verify']],
  [248, 'test', 'env/test', ['Source', 'Synth', 'Check', 'Deploy', 'Verify']],
];

/** Accounts that belong together: [y, height, title, line, accounts]. */
const groups = [
  [436, 108, 'Account pool', 'accounts that are used again', ['leased', 'cleaning', 'available']],
  [556, 118, 'Customer', 'accounts on one private network', ['network', 'database', 'apps']],
];

const arrows = [
  [[[254, 398], [362, 398]], 'cdk deploy', 308, 388],
  [[[145, 412], [145, 446]], 'rehearse', 153, 434, 'start'],
  [[[254, 632], [310, 632], [310, 476], [554, 476]], 'git push', 318, 466, 'start'],
  [[[449, 370], [449, 354]]],
  [[[510, 200], [510, 122]], 'assumes', 520, 148, 'start'],
  [[[530, 88], [546, 88]]],
  [[[724, 88], [874, 88]], 'creates accounts', 808, 78],
  [[[540, 290], [874, 290]], 'deploys stacks', 808, 280],
  [[[540, 320], [641, 320], [641, 394]], 'branches', 651, 350, 'start'],
  [[[874, 440], [728, 440]], 'reads', 776, 430],
  [[[641, 552], [641, 598]]],
  [[[722, 632], [824, 632], [824, 360], [874, 360]], 'starts', 816, 520, 'end'],
];

function environment([y, name, branch, steps]) {
  const [x, width] = [896, 248];
  return [
    rectangle('box', x, y, width, 176),
    text(x + 12, y + 26, name, 'title'),
    text(x + width - 12, y + 26, branch, 'code', 'end'),
    text(x + 12, y + 52, 'pipeline', 'soft'),
    ...steps.flatMap((step, index) => {
      const [left, top] = [x + 12 + (index % 3) * 77, y + 62 + Math.floor(index / 3) * 34];
      return [rectangle('step', left, top, 70, 28, 4), text(left + 35, top + 19, step, 'soft', 'middle')];
    }),
    rectangle('zone', x + 12, y + 136, width - 24, 28, 4),
    text(x + width / 2, y + 155, 'your application', 'soft', 'middle'),
  ];
}

function group([y, height, title, line, accounts]) {
  const [x, width] = [896, 248];
  return [
    rectangle('box', x, y, width, height),
    text(x + 12, y + 24, title, 'title'),
    text(x + 12, y + 46, line, 'soft'),
    ...accounts.flatMap((account, index) => {
      const [left, top] = [x + 12 + index * 77, y + 60];
      return [rectangle('zone', left, top, 70, 32, 4), text(left + 35, top + 21, account, 'soft', 'middle')];
    }),
  ];
}

draw(1180, 710, 'A CDK app in the CICD account vends environments with a branch, a pipeline and an account', [
  ...zones.flatMap(zone),
  ...boxes.flatMap(box),
  ...environments.flatMap(environment),
  ...groups.flatMap(group),
  ...arrows.flatMap(arrow),
]);
