/** A rule of `--exclude` or `--include`. */
export interface Filter {
  readonly kind: 'exclude' | 'include';
  readonly pattern: string;
}

/**
 * Whether `aws s3 sync` considers a file: the last matching filter decides.
 *
 * @see https://docs.aws.amazon.com/cli/latest/reference/s3/#use-of-exclude-and-include-filters
 */
export function isIncluded(name: string, filters: readonly Filter[]): boolean {
  const last = [...filters].reverse().find(({ pattern }) => expressionOf(pattern).test(name));
  return last?.kind !== 'exclude';
}

/** `*` and `?` also match slashes; `[…]` and `[!…]` match one character. */
function expressionOf(pattern: string): RegExp {
  const source = pattern.replace(/\[!?[^\]]+\]|[\s\S]/g, part => {
    if (part === '*') return '.*';
    if (part === '?') return '.';
    if (part.length > 1) return part.replace(/^\[!/, '[^').replaceAll('\\', '\\\\');
    return part.replace(/[.+^${}()|[\]\\]/, '\\$&');
  });
  return new RegExp(`^${source}$`, 's');
}
