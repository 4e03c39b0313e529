import { readFileSync } from 'node:fs';
import * as path from 'node:path';

const root = path.join(__dirname, '../..');
const recording = readFileSync(path.join(root, 'docs/demo.svg'), 'utf8');

describe('the recording of the demo', () => {
  test('shows a deployment, a push, what waits for approval, and the verdict', () => {
    const text = recording.replace(/<style>.*<\/style>/s, '').replace(/<[^>]*>/g, '');
    const shown = ['$ npm run demo', 'Cicd/prod-account', 'pushed ', 'Rehearsal succeeded', 'waits for approval in'];
    const places = shown.map(part => text.indexOf(part));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((one, other) => one - other));
  });

  test('is small, loads no other file, and names no folder of the machine on which it was made', () => {
    expect(recording.length).toBeLessThan(200 * 1024);
    expect(recording.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|<script|href=|@import|url\(/);
    expect(recording).not.toMatch(/\/tmp\/|\/home\/|\/work\//);
  });

  test('stands still at its end for people who prefer less motion', () => {
    expect(recording).toMatch(/@media \(prefers-reduced-motion:reduce\)\{\.lines\{animation:none\}\}/);
  });

  test.each(['README.md', 'docs/rehearse.md'])('is in %s', page => {
    expect(readFileSync(path.join(root, page), 'utf8')).toContain('demo.svg)');
  });
});
