/** Dependencies by name. */
export type Graph = ReadonlyMap<string, readonly string[]>;

/** Reverses the graph, for deletion. */
export function reversed(graph: Graph): Graph {
  const result = new Map<string, string[]>([...graph.keys()].map(name => [name, []]));
  for (const [name, before] of graph) {
    for (const other of before) result.get(other)?.push(name);
  }
  return result;
}

/** Returns the names of a circular dependency, if there is one. */
export function circle(graph: Graph): string[] | undefined {
  const left = new Map(graph);
  for (let found = true; found;) {
    const free = [...left].filter(([, before]) => before.every(other => !left.has(other))).map(([name]) => name);
    for (const name of free) left.delete(name);
    found = free.length > 0;
  }
  return left.size > 0 ? [...left.keys()] : undefined;
}

/** Returns the names, each after its dependencies. */
export function sorted(graph: Graph): string[] {
  const result = new Set<string>();
  const visited = new Set<string>();
  const visit = (name: string): void => {
    if (visited.has(name) || !graph.has(name)) return;
    visited.add(name);
    graph.get(name)?.forEach(visit);
    result.add(name);
  };
  [...graph.keys()].forEach(visit);
  return [...result];
}

/**
 * Works on all names concurrently, each after its dependencies. Skips the dependents of failed names, and starts
 * nothing new once `stopped` returns true. Returns the failed names.
 */
export async function inOrder(
  graph: Graph,
  work: (name: string) => Promise<boolean>,
  stopped: () => boolean = () => false,
): Promise<string[]> {
  const failed: string[] = [];
  const started = new Map<string, Promise<boolean>>();
  const run = (name: string): Promise<boolean> => {
    const known = started.get(name);
    if (known) return known;
    const before = (graph.get(name) ?? []).filter(other => graph.has(other));
    const promise = Promise.all(before.map(run)).then(async results => {
      if (results.includes(false) || stopped()) return false;
      const succeeded = await work(name);
      if (!succeeded) failed.push(name);
      return succeeded;
    });
    started.set(name, promise);
    return promise;
  };
  await Promise.all([...graph.keys()].map(run));
  return failed;
}
