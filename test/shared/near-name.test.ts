import { nearName } from '../../lambda/shared/near-name';

test.each(['Tset', 'Tes', 'test', 'Testt', 'tast', 'Tesst'])('for the unit %s, the near name Test is found', name => {
  expect(nearName(name, ['Prod', 'Test'])).toBe('Test');
});

test('a name that differs only in case comes before one that differs in a character', () => {
  expect(nearName('TEST', ['Tests', 'Test'])).toBe('Test');
});

test.each(['Staging', 'Tetss', 'tse', 'Testing'])('for the unit %s, no name is near', name => {
  expect(nearName(name, ['Prod', 'Test'])).toBeUndefined();
});
