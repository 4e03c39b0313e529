import * as v from 'valibot';
import { ActionError } from '../action';

/** https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CloudFormation.html */
const MODES = [
  'CREATE_UPDATE', 'REPLACE_ON_FAILURE', 'DELETE_ONLY', 'CHANGE_SET_REPLACE', 'CHANGE_SET_EXECUTE',
] as const;
export type ActionMode = typeof MODES[number];

/** The configuration of an action of CloudFormation. */
export interface StackConfiguration {
  readonly mode: ActionMode;
  readonly stackName: string;
  readonly changeSetName: string;
  readonly capabilities: readonly string[];
  /** Role that CloudFormation uses. */
  readonly roleArn?: string;
  /** A file of an input artifact, as `<artifact>::<path>`. */
  readonly templatePath?: string;
  /** A file with parameters and tags, as `<artifact>::<path>`. */
  readonly templateConfiguration?: string;
  /** Parameters as JSON. */
  readonly parameterOverrides?: string;
  /** File of the output artifact that receives the outputs. */
  readonly outputFileName?: string;
}

const NEEDS_TEMPLATE: readonly string[] = ['CREATE_UPDATE', 'REPLACE_ON_FAILURE', 'CHANGE_SET_REPLACE'];
const NEEDS_CHANGE_SET: readonly string[] = ['CHANGE_SET_REPLACE', 'CHANGE_SET_EXECUTE'];

/** @throws ActionError for a configuration that CodePipeline rejects */
export function stackConfiguration(given: Readonly<Record<string, string>>): StackConfiguration {
  const { ActionMode: mode, StackName: stackName, ChangeSetName: changeSetName = '', TemplatePath } = given;
  if (!v.is(v.picklist(MODES), mode)) {
    throw invalid(`ActionMode must be one of ${MODES.join(', ')}, got '${mode ?? ''}'`);
  }
  if (!stackName) throw invalid('StackName is required');
  if (NEEDS_TEMPLATE.includes(mode) && !TemplatePath) throw invalid(`TemplatePath is required for ${mode}`);
  if (NEEDS_CHANGE_SET.includes(mode) && changeSetName === '') throw invalid(`ChangeSetName is required for ${mode}`);
  if (NEEDS_TEMPLATE.includes(mode) && !given.RoleArn && mode !== 'CHANGE_SET_REPLACE') {
    throw invalid(`RoleArn is required for ${mode}`);
  }
  return {
    mode,
    stackName,
    changeSetName,
    capabilities: (given.Capabilities ?? '').split(/[\s,]+/).filter(name => name !== ''),
    roleArn: given.RoleArn,
    templatePath: TemplatePath,
    templateConfiguration: given.TemplateConfiguration,
    parameterOverrides: given.ParameterOverrides,
    outputFileName: given.OutputFileName,
  };
}

export function invalid(why: string): ActionError {
  return new ActionError('ConfigurationError', `The action configuration is not valid: ${why}`);
}
