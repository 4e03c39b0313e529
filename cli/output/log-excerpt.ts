/** A log of so many lines is shown as it is. */
const SHORT = 40;
/** Of a longer one: so many lines about errors, each with what follows it, and so many at the end. */
const TELLING = 8;
const FOLLOWING = 2;
const LAST = 15;

const ABOUT_ERRORS = /error|fail|fatal|denied|exception|cannot|not found|[✗✘✖●]/i;

/** What is worth reading of what something wrote before it failed. */
export function excerptOf(log: readonly string[]): string[] {
  if (log.length <= SHORT) return [...log];
  const telling = log.flatMap((line, index) => ABOUT_ERRORS.test(line) ? [index] : []).slice(0, TELLING);
  const shown = [...log.keys()].filter(index => index >= log.length - LAST || telling.some(about => index >= about && index <= about + FOLLOWING));
  return shown.flatMap((index, position) => {
    const left = index - (shown[position - 1] ?? -1) - 1;
    return left > 0 ? [`… ${left} line${left === 1 ? '' : 's'}`, log[index]] : [log[index]];
  });
}

/** `error TS2322: …` or `TypeError: …`, not the code that throws it. */
const MESSAGE = /\b(\w*error|\w*exception|fatal)\b[^:("'`]*(:|$)/i;

/** The first line that says what was wrong. */
export function firstComplaint(log: readonly string[]): string | undefined {
  return (log.find(line => MESSAGE.test(line)) ?? log.find(line => ABOUT_ERRORS.test(line)))?.trim();
}
