/** Rejects subclasses in languages that do not check that a constructor is private. */
export function rejectSubclass(created: Function, type: Function, hint: string): void {
  if (created !== type) throw new Error(`${type.name} cannot be subclassed by '${created.name}': ${hint}`);
}
