/** The path on the simulated AWS of a request to a simulated host outside of AWS. */
export function hostPath(host: string, path: string): string {
  return `/rehearsal/hosts/${host}${path}`;
}
