// What the pictures of states have in common.
import { arrow, draw, rectangle, text } from './drawing.mjs';

/** A state: [x, y, width, name, ...lines]. */
function state([x, y, width, name, ...lines]) {
  const height = 40 + lines.length * 20;
  return [
    rectangle('box', x, y, width, height, 14),
    text(x + width / 2, y + 26, name, 'title', 'middle'),
    ...lines.map((line, index) => text(x + width / 2, y + 48 + index * 19, line, 'soft', 'middle')),
  ];
}

export function drawStates(width, height, title, states, transitions) {
  draw(width, height, title, [...states.flatMap(state), ...transitions.flatMap(arrow)]);
}
