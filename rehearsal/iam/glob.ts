/** A pattern of IAM: `*` stands for any text, `?` for one character. */
export function glob(pattern: string, flags?: string): RegExp {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.');
  return new RegExp(`^${escaped}$`, flags);
}
