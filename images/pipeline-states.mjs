// Draws pipeline-states.svg, whether commits go through:
// `node images/pipeline-states.mjs > images/pipeline-states.svg`.
import { drawStates } from './states.mjs';

const states = [
  [400, 40, 230, 'enabled', 'commits go through'],
  [60, 250, 250, 'disabled', 'by its definition: enabled: false', 'commits wait'],
  [390, 250, 250, 'halted', 'by an operator, with a reason', 'no deployment resumes it'],
  [720, 250, 250, 'disabled by hand', 'in the account', 'status names it'],
  [390, 420, 250, 'suspended', 'another pipeline takes its place,', 'or it is being removed'],
];
const transitions = [
  [[[400, 80], [160, 80], [160, 244]], 'deployed with enabled: false', 280, 70],
  [[[230, 250], [230, 110], [394, 110]], 'deployed with enabled: true', 240, 150, 'start'],
  [[[480, 100], [480, 244]], 'halt', 470, 200, 'end'],
  [[[550, 250], [550, 106]], 'resume', 560, 170, 'start'],
  [[[630, 70], [880, 70], [880, 244]], 'disabled in AWS', 755, 60],
  [[[800, 250], [800, 94], [636, 94]], 'resume', 790, 200, 'end'],
  [[[310, 295], [384, 295]], 'halt', 347, 285],
  [[[450, 330], [450, 375], [185, 375], [185, 336]], 'resume, if so defined', 318, 395],
];

drawStates(1030, 520, 'Whether commits go through a pipeline: enabled, disabled, halted', states, transitions);
