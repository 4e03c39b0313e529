import type { Author } from '../../services/codecommit/content';

/** The author of commits whose request names none. */
export function bot(at: number): Author {
  return { name: 'rehearsal[bot]', email: 'rehearsal[bot]@users.noreply.github.com', at };
}
