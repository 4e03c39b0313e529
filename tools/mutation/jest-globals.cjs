/** Jest's globals in one process and without its module system. Exits with 1 after the first failing test. */
const { writeFileSync } = require('node:fs');
const circus = require('jest-circus');
const { expect } = require('expect');
const { ModuleMocker } = require('jest-mock');

const { describe, test, it, beforeEach, beforeAll, afterEach, afterAll } = circus;
Object.assign(globalThis, { describe, test, it, beforeEach, beforeAll, afterEach, afterAll, expect });
globalThis.jest = new ModuleMocker(globalThis);

const { MUTANT_COVERAGE, MUTANT_TESTS, SKIP, __STRYKER_ACTIVE_MUTANT__: activeMutant } = process.env;
// the namespace of Stryker's instrumented code
const stryker = globalThis.__stryker__ = {};
const skip = SKIP && new RegExp(SKIP);
const only = MUTANT_TESTS && new Set(JSON.parse(MUTANT_TESTS));
let count = 0;

globalThis.numberMutant = (id, value) => {
  if (activeMutant === `${id}:0`) return 0;
  return activeMutant === `${id}:2` ? 2 * value : value;
};

/** Numbers the tests, and skips those that do not execute the mutant. */
function select(block) {
  for (const child of block.children) {
    if (child.type === 'describeBlock') {
      select(child);
      continue;
    }
    child.number = String(++count);
    const isSkipped = only ? !only.has(child.number) : skip && skip.test(child.name);
    if (isSkipped) child.mode = 'skip';
  }
}

circus.addEventHandler((event, state) => {
  if (event.name === 'run_start') select(state.rootDescribeBlock);
  if (event.name === 'test_start') stryker.currentTestId = event.test.number;
  if (event.name === 'test_fn_failure' || event.name === 'hook_failure') {
    console.error([event.test?.name, event.error?.stack ?? event.error].join(' '));
    process.exit(1);
  }
});

globalThis.runTests = async () => {
  stryker.currentTestId = undefined;
  await circus.run();
  const { static: atStart = {}, perTest = {} } = stryker.mutantCoverage ?? {};
  if (MUTANT_COVERAGE) writeFileSync(MUTANT_COVERAGE, JSON.stringify({ count, atStart, perTest }));
  process.exit(0);
};
