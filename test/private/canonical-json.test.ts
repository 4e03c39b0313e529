import { canonicalJson, sortedEntries } from '../../src/private/canonical-json';

test('the canonical JSON of a value does not depend on the order of properties', () => {
  const one = { b: [{ y: 1, x: null }], a: 'text' };
  const other = { a: 'text', b: [{ x: null, y: 1 }] };
  expect(canonicalJson(one)).toBe('{"a":"text","b":[{"x":null,"y":1}]}');
  expect(canonicalJson(other)).toBe(canonicalJson(one));
});

test('the canonical JSON of a list keeps its order', () => {
  expect(canonicalJson(['b', 'a'])).toBe('["b","a"]');
});

test('the entries of a map are sorted by key', () => {
  expect(sortedEntries({ b: 1, a: 2 })).toEqual([['a', 2], ['b', 1]]);
});
