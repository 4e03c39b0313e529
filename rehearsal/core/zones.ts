/** Returns the names of the availability zones of a region. */
export function zonesOf(region: string): string[] {
  return ['a', 'b', 'c'].map(zone => `${region}${zone}`);
}
