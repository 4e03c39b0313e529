import { assemblyStack } from './assembly-stack';
import { selectStacks } from '../../../cli/app/stack-selection';

const [management, shared, staging, prod] = [
  assemblyStack('999999999999', 'eu-west-1', {}, 'Management'),
  { ...assemblyStack('222222222222', 'eu-west-1', {}, 'Shared'), dependsOn: ['Management'] },
  { ...assemblyStack('222222222222', 'eu-west-1', {}, 'Test/Cicd'), name: 'Test-Cicd', dependsOn: ['Shared'] },
  { ...assemblyStack('222222222222', 'eu-west-1', {}, 'Prod/Cicd'), name: 'Prod-Cicd' },
];
const stacks = [management, shared, staging, prod];

test('all stacks are selected if none is named', () => {
  expect(selectStacks(stacks, [])).toEqual(stacks);
});

test('a stack is selected by its path or its name, with the stacks on which it depends', () => {
  expect(selectStacks(stacks, ['Test/Cicd'])).toEqual([management, shared, staging]);
  expect(selectStacks(stacks, ['Test-Cicd'])).toEqual([management, shared, staging]);
});

test('with --exclusively, only the named stacks are selected', () => {
  expect(selectStacks(stacks, ['Test/Cicd', 'Management'], true)).toEqual([management, staging]);
});

test('an asterisk matches a part of a path, and two match any path', () => {
  expect(selectStacks(stacks, ['*'], true)).toEqual([management, shared]);
  expect(selectStacks(stacks, ['*/Cicd'], true)).toEqual([staging, prod]);
  expect(selectStacks(stacks, ['S*'], true)).toEqual([shared]);
  expect(selectStacks(stacks, ['**d'], true)).toEqual([shared, staging, prod]);
  expect(selectStacks([staging], ['**'], true)).toEqual([staging]);
});

test('a pattern that matches no stack is rejected with the names of the stacks', () => {
  expect(() => selectStacks(stacks, ['Cicd'])).toThrow(
    "no stack of the app matches 'Cicd': the stacks are 'Management', 'Shared', 'Test/Cicd', 'Prod/Cicd'",
  );
});
