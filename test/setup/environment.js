const { AsyncLocalStorage } = require('node:async_hooks');
const { TestEnvironment } = require('jest-environment-node');

/** The storages that the present test file uses. */
const used = new Set();

for (const name of ['run', 'enterWith']) {
  const original = AsyncLocalStorage.prototype[name];
  AsyncLocalStorage.prototype[name] = function (...given) {
    used.add(this);
    return original.apply(this, given);
  };
}

/**
 * Disables each `AsyncLocalStorage` at the end of the test file that uses it, also that of Jest. Before version 24,
 * Node keeps all of them, and every promise of later files copies their values: after a hundred files, promises take a
 * hundred times as long.
 */
module.exports = class extends TestEnvironment {
  async teardown() {
    await super.teardown();
    for (const storage of used) storage.disable();
    used.clear();
  }
};
