import type { Permission, ResourceContext } from '../../../core/service';
import { list, text, type Fields } from '../values';

export type Operation = 'create' | 'update' | 'remove';

export interface Place {
  readonly properties: Fields;
  readonly context: ResourceContext;
  readonly partition: string;
  /** Of a resource that exists. */
  readonly id?: string;
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

/** The name of a resource that has none yet is CloudFormation's to choose; it begins with those of the stack and of the resource. */
export function nameOf({ properties, context, id }: Place, property: string): string {
  const given = properties[property];
  return id ?? (given === undefined ? `${context.stackName}-${context.logicalId}-*` : text(given));
}

export function arnIn(service: string, resource: string, { partition, context }: Place): string {
  return resource.startsWith('arn:') ? resource : `arn:${partition}:${service}:${context.region}:${context.accountId}:${resource}`;
}

export function named(service: string, resourceOf: (name: string) => string, property: string, actions: Actions): PermissionsOf {
  return (operation, place) => {
    const name = nameOf(place, property);
    const resource = name.startsWith('arn:') ? name : arnIn(service, resourceOf(name), place);
    return actionsOf(actions, operation).map(action => ({ action, resource }));
  };
}

/** What is made with tags asks for one more right. */
export function tagged(action: string, permissionsOf: PermissionsOf): PermissionsOf {
  return (operation, place) => {
    const permissions = permissionsOf(operation, place);
    const isTagged = operation === 'create' && list(place.properties.Tags ?? []).length > 0;
    return [...permissions, ...isTagged ? [{ action, resource: permissions[0].resource }] : []];
  };
}

export function regionless(service: string, kind: string, property: string, actions: Actions): PermissionsOf {
  return (operation, place) => {
    const resource = `arn:${place.partition}:${service}::${place.context.accountId}:${kind}${pathOf(place)}${nameOf(place, property)}`;
    return actionsOf(actions, operation).map(action => ({ action, resource }));
  };
}

function pathOf({ properties }: Place): string {
  return properties.Path === undefined ? '/' : text(properties.Path);
}

export function everywhere(actions: Actions): PermissionsOf {
  return operation => actionsOf(actions, operation).map(action => ({ action, resource: '*' }));
}
