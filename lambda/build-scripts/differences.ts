/** The changes of a stack, as reported by `cdk diff`. */
interface StackDifference {
  readonly stack: string;
  readonly text: string;
  /** The tables of IAM and security group changes. */
  readonly security: string;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  /** Resources that are replaced or deleted. */
  readonly lost: readonly string[];
}

const TABLE = /^(?:IAM (?:Statement|Policy)|Security Group) Changes$/;
const TABLE_LINE = /^[┌│├└]/;
const LOST = / (?:destroy|replace|may be replaced)$/;
const RESOURCE = /^\[([+~-])\] (\S+::\S+) (.*)$/;

export function differencesOf(diff: string): StackDifference[] {
  const [, ...parts] = diff.replace(/^✨.*$/mu, '').split(/^Stack (?=\S)/m);
  return parts.map(part => {
    const [stack = '', ...lines] = part.split('\n');
    const resources = lines.map(line => RESOURCE.exec(line)).filter(match => match !== null);
    const count = (sign: string) => resources.filter(([, found]) => found === sign).length;
    return {
      stack: stack.replace(/ \(.*/, ''),
      text: lines.join('\n').trim(),
      security: securityOf(lines),
      added: count('+'),
      changed: count('~'),
      removed: count('-'),
      lost: resources.filter(([, , , words]) => LOST.test(words)).map(([, , type, words]) => `${type} ${words}`),
    };
  });
}

function securityOf(lines: readonly string[]): string {
  const found: string[] = [];
  let inside = false;
  for (const line of lines) {
    inside = TABLE.test(line) || (inside && TABLE_LINE.test(line));
    if (inside) found.push(line);
  }
  return found.join('\n');
}

/**
 * One line for the approval. CodePipeline limits its text to 1000 characters, some of which are used for other values.
 */
export function summaryOf(differences: readonly StackDifference[], limit = 700): string {
  const changed = differences.filter(
    ({ added, changed: touched, removed, security }) => added + touched + removed > 0 || security !== '',
  );
  if (changed.length === 0) return 'No resource changes.';
  const secure = changed.filter(({ security }) => security !== '').map(({ stack }) => stack);
  const lost = changed.flatMap(({ lost: resources }) => resources);
  const text = [
    ...(secure.length > 0 ? [`Changes of permissions or security groups in ${secure.join(', ')}.`] : []),
    ...(lost.length > 0 ? [`Replaced or deleted: ${lost.join(', ')}.`] : []),
    ...changed.map(
      ({ stack, added, changed: touched, removed }) =>
        `${stack}: ${added} added, ${touched} changed, ${removed} removed.`,
    ),
  ].join(' ');
  return text.length > limit ? `${text.slice(0, limit - 3)}...` : text;
}
