export {
  deployAssembly,
  destroyAssembly,
  type DeploymentResult,
  type Failure,
  type StackResult,
} from './assembly/deployer';
export { managementAccountOf } from './assembly/management';
export { readAssembly, type AssemblyStack } from './assembly/manifest';
export { Simulation, type SimulationOptions } from './simulation';
