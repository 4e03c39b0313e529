import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SimulatedAccount, withMachine } from './simulated-account';
import type { Cicd } from '../fixtures/app';

const TYPE = 'Example::Data::Lake';

/** Lists two lakes; one is deleted at the second call, and the other one has a lock. */
const CODE = `
const lakes = new Map([['lake-1', 0], ['lake-2', 0]]);
exports.handler = async ({ action, region, id }) => {
  const found = region === 'eu-west-3' ? [...lakes.keys()] : [];
  if (action === 'list') return { resources: found.map(id => ({ id, tags: {} })) };
  if (id === 'lake-2') return { state: 'failed', code: 'Locked', message: 'the lake is locked by the owner' };
  lakes.set(id, lakes.get(id) + 1);
  if (lakes.get(id) < 2) return { state: 'running' };
  lakes.delete(id);
  return { state: 'deleted' };
};`;

function defined(cicd: Cicd): void {
  cicd.account('dev');
  const lakes = new Function(cicd.stack, 'Lakes', {
    functionName: 'lakes', runtime: Runtime.NODEJS_24_X, handler: 'index.handler', code: Code.fromInline(CODE),
  });
  withMachine(cicd, [lakes.functionArn]);
}

test('a function of the user deletes its types, and what it cannot delete is named in quarantine', async () => {
  const account = await SimulatedAccount.start(defined);
  try {
    const functionArn = 'arn:aws:lambda:eu-west-1:222222222222:function:lakes';
    const { state, leftovers } = await account.clean({ cleaners: [{ functionArn, types: [TYPE] }] });
    expect(state).toBe('quarantine');
    expect(leftovers).toEqual([
      "Example::Data::Lake 'lake-2' in eu-west-3: locked: Locked: the lake is locked by the owner",
    ]);
  } finally {
    await account.harness.stop();
  }
});

test('a function that may not be invoked ends the clean in quarantine, because its types are not known', async () => {
  const account = await SimulatedAccount.start(withAccountOnly);
  try {
    const functionArn = 'arn:aws:lambda:eu-west-1:222222222222:function:missing';
    const { state, leftovers } = await account.clean({ cleaners: [{ functionArn, types: [TYPE] }] });
    expect(state).toBe('quarantine');
    expect(leftovers?.join()).toMatch(/step 'list' has failed: Error: cannot invoke the cleaner '.*:missing': AccessDenied/);
  } finally {
    await account.harness.stop();
  }
});

function withAccountOnly(cicd: Cicd): void {
  cicd.account('dev');
  withMachine(cicd);
}
