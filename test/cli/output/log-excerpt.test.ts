import { excerptOf, firstErrorOf } from '../../../cli/output/log-excerpt';

const numbered = (from: number, to: number): string[] => (
  Array.from({ length: to - from }, (_, index) => `line ${from + index}`)
);

test('the excerpt of a short log is the whole log', () => {
  expect(excerptOf(numbered(0, 40))).toEqual(numbered(0, 40));
});

test('the excerpt of a long log has the lines about errors and the last lines', () => {
  const log = [...numbered(1, 100), '● shop › sells', ...numbered(101, 300)];
  expect(excerptOf(log)).toEqual([
    '… 99 lines', '● shop › sells', 'line 101', 'line 102', '… 182 lines', ...numbered(285, 300),
  ]);
});

test('the excerpt of a log with a thousand errors has less than 45 lines', () => {
  expect(excerptOf(Array.from({ length: 1000 }, (_, index) => `error ${index}`)).length).toBeLessThan(45);
});

test('the first error of a log is a message, not the code that throws it', () => {
  const log = ['throw new Error("closed: sorry");', '      ^', '', 'Error: closed: sorry', '    at <anonymous>'];
  expect(firstErrorOf(log)).toBe('Error: closed: sorry');
  expect(firstErrorOf(['3 tests failed', 'done'])).toBe('3 tests failed');
  expect(firstErrorOf(['done'])).toBeUndefined();
});

test.each([
  ['an annotation', 'ERROR the shop needs a domain name (Construct Annotations)'],
  ['an older version of the CDK', '[Error at /Shop] the shop needs a domain name'],
])('the first error of a synthesis is the line of %s that explains it', (_what, line) => {
  const log = [
    'shop-stack.ts:17:26', 'npm error code 1', line, '   Shop', '   Rule Annotation::error-annotation',
    'Synthesis finished with errors',
  ];
  expect(firstErrorOf(log)).toBe(line);
});
