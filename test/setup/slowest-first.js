const { default: Sequencer } = require('@jest/test-sequencer');

/** The slowest folders, which must not start last. In a fresh clone, Jest sorts by file size. */
const SLOWEST = ['test/faults/', 'test/vending/', 'test/cli/', 'test/environment/'];

module.exports = class SlowestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => [...SLOWEST, ''].findIndex(folder => path.includes(folder));
    return [...super.sort(tests)].sort((one, other) => rank(one) - rank(other));
  }
};
