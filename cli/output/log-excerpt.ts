/** Logs of at most this many lines are shown completely. */
const SHORT_LINES = 40;
/** Of longer logs: this many lines about errors, each with the lines that follow it, and the last lines. */
const ERROR_LINES = 8;
const LINES_AFTER_ERROR = 2;
const LAST_LINES = 15;

const ERROR = /error|fail|fatal|denied|exception|cannot|not found|[✗✘✖●]/i;

/** Returns the lines of a log that most likely explain a failure. */
export function excerptOf(log: readonly string[]): string[] {
  if (log.length <= SHORT_LINES) return [...log];
  const errors = log.flatMap((line, index) => ERROR.test(line) ? [index] : []).slice(0, ERROR_LINES);
  const shown = [...log.keys()].filter(index => index >= log.length - LAST_LINES
    || errors.some(error => index >= error && index <= error + LINES_AFTER_ERROR));
  return shown.flatMap((index, position) => {
    const omitted = index - (shown[position - 1] ?? -1) - 1;
    return omitted > 0 ? [`… ${omitted} line${omitted === 1 ? '' : 's'}`, log[index]] : [log[index]];
  });
}

/** Matches `error TS2322: …` and `TypeError: …`, but not the code that throws it. */
const MESSAGE = /\b(\w*error|\w*exception|fatal)\b[^:("'`]*(:|$)/i;

/** The beginning of a line with which the CDK command line reports why an app cannot be synthesized. */
const SYNTHESIS = /^\s*(ERROR\s|\[Error at )/;

/** Returns the line that begins with an error of the CDK, otherwise the first one that contains an error message. */
export function firstErrorOf(log: readonly string[]): string | undefined {
  const found = [SYNTHESIS, MESSAGE, ERROR].map(pattern => log.find(line => pattern.test(line)));
  return found.find(line => line !== undefined)?.trim();
}
