// Draws push.svg, one push through a pipeline: `node images/push.mjs > images/push.svg`.
import { arrow, draw, rectangle, text } from './drawing.mjs';

const [TOP, STEP] = [110, 46];
/** [x, title, where it is] */
const participants = [
  [90, 'Developer', 'your machine'],
  [260, 'Repository', 'CICD account'],
  [430, 'Trigger', 'CICD account'],
  [610, 'Pipeline', 'member account'],
  [790, 'Builds', 'member account'],
  [970, 'CloudFormation', 'member account'],
  [1130, 'Approver', 'a person'],
];
const [DEVELOPER, REPOSITORY, TRIGGER, PIPELINE, BUILDS, CLOUDFORMATION, APPROVER] = participants.map(([x]) => x);

/** [from, to, label, is it an answer or a condition] */
const messages = [
  [DEVELOPER, REPOSITORY, 'git push env/dev'],
  [REPOSITORY, TRIGGER, 'event'],
  [TRIGGER, PIPELINE, 'starts at the commit'],
  [PIPELINE, REPOSITORY, 'Source: reads the commit'],
  [PIPELINE, BUILDS, 'Synth: builds, tests'],
  [PIPELINE, BUILDS, 'Check: what changes?'],
  [PIPELINE, APPROVER, 'Approve, only with approval: true', 'dashed'],
  [APPROVER, PIPELINE, 'approved', 'dashed'],
  [PIPELINE, BUILDS, 'Deploy'],
  [BUILDS, CLOUDFORMATION, 'cdk deploy'],
  [BUILDS, CLOUDFORMATION, 'Verify: smoke test, alarms'],
  [CLOUDFORMATION, PIPELINE, 'failed: the last good commit is deployed again', 'dashed'],
];
const bottom = TOP + messages.length * STEP;

function participant([x, title, place]) {
  return [
    `<path class="lifeline" d="M${x} 78L${x} ${bottom}"/>`,
    rectangle('box', x - 70, 22, 140, 56),
    text(x, 46, title, 'title', 'middle'),
    text(x, 66, place, 'soft', 'middle'),
  ];
}

function message([from, to, label, kind], index) {
  const y = TOP + index * STEP + 24;
  const middle = (from + to) / 2;
  const width = label.length * 7.2 + 12;
  return [
    ...arrow([[[from, y], [to + (to > from ? -4 : 4), y]], undefined, 0, 0, 'middle', kind]),
    rectangle('page', middle - width / 2, y - 23, width, 18, 2),
    text(middle, y - 9, label, 'label', 'middle'),
  ];
}

draw(1220, bottom + 20, 'One push: from the repository through the pipeline into the account of the environment', [
  ...participants.flatMap(participant),
  ...messages.flatMap(message),
]);
