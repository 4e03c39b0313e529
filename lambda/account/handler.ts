import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { accessFromEnvironment } from './access';
import { AwsDirectory } from './aws';
import { AccountLifecycle } from './lifecycle';
import { TableRegistry } from '../registry/table';
import { serve } from '../shared/serve';

const access = accessFromEnvironment();
const registry = new TableRegistry();
const bootstrapTemplate = () => readFileSync(path.join(__dirname, 'bootstrap-template.json'), 'utf8');

export const { onEvent, isComplete } = serve(new AccountLifecycle({
  ...access, bootstrapTemplate, directory: new AwsDirectory(access), registry, now: Date.now,
}), registry);
