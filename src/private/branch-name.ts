/** https://docs.aws.amazon.com/codecommit/latest/userguide/limits.html */
const MAX_LENGTH = 256;

interface NameRule {
  readonly isBroken: (name: string) => boolean;
  /** The end of "the branch name must …". */
  readonly rule: string;
}

/**
 * The rules of `git check-ref-format --branch`, of CodeCommit and of CodePipeline.
 * https://git-scm.com/docs/git-check-ref-format
 */
const RULES: readonly NameRule[] = [
  { isBroken: name => name.length === 0 || name.length > MAX_LENGTH, rule: `have 1 to ${MAX_LENGTH} characters` },
  {
    // git counts bytes up to 0x20, and 0x7f
    isBroken: name => [...name].some(one => one <= ' ' || one === '\x7f' || '~^:?*[\\'.includes(one)),
    rule: "have no spaces, no control characters and none of '~^:?*[\\'",
  },
  { isBroken: name => /^\/|\/$|\/\//.test(name), rule: "have no slash at its ends, and no '//'" },
  { isBroken: name => /(^|\/)\./.test(name), rule: "have no part that begins with '.'" },
  { isBroken: name => /\.lock(\/|$)/.test(name), rule: "have no part that ends with '.lock'" },
  { isBroken: name => name.endsWith('.') || /\.\.|@\{/.test(name), rule: "have no '..', no '@{' and no '.' at its end" },
  { isBroken: name => name.startsWith('-'), rule: "not begin with '-'" },
  { isBroken: name => ['@', 'HEAD'].includes(name), rule: "not be '@' or 'HEAD', which git resolves itself" },
  { isBroken: name => /^[0-9a-f]{40}$/i.test(name), rule: 'not look like a commit id, which are 40 hexadecimal digits' },
  { isBroken: name => name.includes('#{'), rule: "not have '#{', which begins a variable in CodePipeline" },
];

/** Why a branch cannot have this name, as the end of "the branch name must …"; undefined: it can. */
export function brokenNameRule(name: string): string | undefined {
  return RULES.find(({ isBroken }) => isBroken(name))?.rule;
}
