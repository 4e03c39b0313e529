// Draws account-states.svg, the life of an account: `node images/account-states.mjs > images/account-states.svg`.
import { drawStates } from './states.mjs';

const states = [
  [30, 40, 170, 'Waiting', 'at most five accounts', 'are created at once'],
  [300, 40, 170, 'Creating', 'AWS creates it'],
  [580, 40, 180, 'Preparing', 'until AWS lets it work:', 'bootstrap, baseline'],
  [880, 40, 190, 'In use', 'leased to one', 'environment'],
  [880, 240, 190, 'Released, kept', 'no environment', 'uses it'],
  [540, 240, 170, 'Closed', 'AWS deletes it', 'after 90 days'],
  [1220, 40, 180, 'Cleaning', 'deletes all, and', 'looks again'],
  [1220, 240, 180, 'Available', 'in its pool'],
  [1220, 410, 180, 'Quarantine', 'something remains'],
];
const transitions = [
  [[[200, 70], [294, 70]], 'its turn', 247, 60],
  [[[470, 70], [574, 70]], 'created', 522, 60],
  [[[760, 70], [874, 70]], 'ready', 817, 60],
  [[[940, 120], [940, 234]], 'removed', 932, 184, 'end'],
  [[[1010, 240], [1010, 126]], 'declared again', 1018, 200, 'start'],
  [[[880, 100], [820, 100], [820, 270], [716, 270]], 'removed, onRemoval: CLOSE', 810, 200, 'end'],
  [[[1070, 70], [1214, 70]], 'removed (pool)', 1142, 60],
  [[[1310, 120], [1310, 234]], 'nothing remains', 1302, 210, 'end'],
  [[[1220, 270], [1140, 270], [1140, 100], [1076, 100]], 'leased', 1148, 260, 'start'],
  [[[1400, 80], [1440, 80], [1440, 440], [1406, 440]], 'something remains', 1432, 370, 'end'],
  [[[1260, 410], [1260, 306]], 'cleaned', 1252, 370, 'end'],
];

const title = 'The life of an account: created, in use, released or cleaned, and used again';
drawStates(1460, 500, title, states, transitions);
