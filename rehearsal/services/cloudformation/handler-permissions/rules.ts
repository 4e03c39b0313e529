import type { Permission, ResourceContext } from '../../../core/service';
import { list, text, type Fields } from '../values';

export type Operation = 'create' | 'update' | 'remove';

export interface Place {
  readonly properties: Fields;
  readonly context: ResourceContext;
  readonly partition: string;
  /** Id of an existing resource. */
  readonly id?: string;
  /** Properties before an update. */
  readonly before?: Fields;
}

export type PermissionsOf = (operation: Operation, place: Place) => Permission[];

export interface Actions {
  readonly create: readonly string[];
  readonly update?: readonly string[];
  readonly remove: readonly string[];
}

function actionsOf({ create, update, remove }: Actions, operation: Operation): readonly string[] {
  return { create, update: update ?? create, remove }[operation];
}

/** Returns the name of a resource, or the pattern of the name that CloudFormation will generate. */
export function nameOf({ properties, context, id }: Place, property: string): string {
  const given = properties[property];
  return id ?? (given === undefined ? `${context.stackName}-${context.logicalId}-*` : text(given));
}

export function arnIn(service: string, resource: string, { partition, context }: Place): string {
  return resource.startsWith('arn:')
    ? resource
    : `arn:${partition}:${service}:${context.region}:${context.accountId}:${resource}`;
}

export function named(
  service: string,
  resourceOf: (name: string) => string,
  property: string,
  actions: Actions,
): PermissionsOf {
  return (operation, place) => {
    const name = nameOf(place, property);
    const resource = name.startsWith('arn:') ? name : arnIn(service, resourceOf(name), place);
    return actionsOf(actions, operation).map(action => ({ action, resource }));
  };
}

/** Adds the tagging permission if the resource is created with tags. */
export function tagged(action: string, permissionsOf: PermissionsOf): PermissionsOf {
  return (operation, place) => {
    const permissions = permissionsOf(operation, place);
    const isTagged = operation === 'create' && list(place.properties.Tags ?? []).length > 0;
    return [...permissions, ...isTagged ? [{ action, resource: permissions[0].resource }] : []];
  };
}

export function regionless(service: string, kind: string, property: string, actions: Actions): PermissionsOf {
  return (operation, place) => {
    const name = `${pathOf(place)}${nameOf(place, property)}`;
    const resource = `arn:${place.partition}:${service}::${place.context.accountId}:${kind}${name}`;
    return actionsOf(actions, operation).map(action => ({ action, resource }));
  };
}

function pathOf({ properties }: Place): string {
  return properties.Path === undefined ? '/' : text(properties.Path);
}

export function everywhere(actions: Actions): PermissionsOf {
  return operation => actionsOf(actions, operation).map(action => ({ action, resource: '*' }));
}
