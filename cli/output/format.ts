/** Formats seconds as `01:02:03`. */
export function formatClock(seconds: number): string {
  const whole = Math.floor(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return parts.map(part => String(part).padStart(2, '0')).join(':');
}

/** Formats seconds as `5s`, `2m 5s` or `1h 2m 5s`. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  if (whole < 60) return `${whole}s`;
  return `${hours > 0 ? `${hours}h ` : ''}${minutes}m ${whole % 60}s`;
}

/** Formats an ISO 8601 time as `2026-01-31 12:00`. */
export function formatTime(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ');
}

/** Formats a number with its noun: `1 call`, `2 calls`. */
export function formatCount(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** Formats `InProgress` as `in progress`. */
export function formatStatus(status: string): string {
  return status.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}
