import { ActionError } from './actions/action';
import type { Execution } from './execution';

/** Replaces `#{namespace.variable}` by values. */
export function resolved(text: string, execution: Execution): string {
  return text.replaceAll(/#\{(\w[\w@-]*)\.([\w@-]+)\}/g, (reference: string, namespace: string, name: string) => {
    const value = namespaceOf(namespace, execution)?.[name];
    if (value === undefined) {
      throw new ActionError(
        'ConfigurationError',
        `Failed to resolve the variable ${reference}: ${why(namespace, execution)}`,
      );
    }
    return value;
  });
}

function namespaceOf(namespace: string, execution: Execution): Readonly<Record<string, string>> | undefined {
  if (namespace === 'codepipeline') return { PipelineExecutionId: execution.executionId };
  if (namespace === 'variables') return execution.request.variables;
  return execution.namespaces.get(namespace);
}

function why(namespace: string, execution: Execution): string {
  const known = namespaceOf(namespace, execution);
  if (known === undefined) return `no action before has the namespace ${namespace}`;
  return `the namespace ${namespace} has ${Object.keys(known).sort().join(', ') || 'no variables'}`;
}
