const { default: Sequencer } = require('@jest/test-sequencer');

/** The slowest files and folders, which must not start last. In a fresh clone, Jest sorts by file size. */
const SLOWEST = [
  'test/faults/', 'test/sources/picks', 'test/pool/killed', 'test/backport/', 'test/pick/', 'test/switches/',
  'test/clean/', 'test/vending/', 'test/cli/', 'test/environment/', 'test/sources/', 'test/rehearsal/services/code',
];

module.exports = class SlowestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => [...SLOWEST, ''].findIndex(folder => path.includes(folder));
    return [...super.sort(tests)].sort((one, other) => rank(one) - rank(other));
  }
};
