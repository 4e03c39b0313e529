/** Why the transition of a pipeline is disabled while the pipeline is suspended. */
export const SUSPENSION_REASONS = {
  removal: 'Its environment is being removed',
  leftover: 'Its environment was removed',
  move: 'Its environment moves to account ',
  concurrent: 'Its environment moves, or is being removed',
} as const;

/** Whether a transition was disabled by a suspension: its reason shows that even if the registry has lost its mark. */
export function isSuspension(disabledReason: string): boolean {
  return Object.values(SUSPENSION_REASONS).some(reason => disabledReason.startsWith(reason));
}
