import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SETTING_ACTIONS } from './actions';
import { BASELINE_ENVIRONMENT } from '../../../src/baseline/contract';
import type { Api } from '../../shared/api/api';
import { clientDefaults } from '../../shared/clients';
import { loggedApi } from '../../shared/logged-api';
import type { ManagementAccount } from '../management';

/** What baselines need besides stacks. */
export interface BaselinePort {
  /** Whether the organization has baselines; otherwise their records are not read. */
  readonly isUsed: boolean;
  /** The template of a baseline in the CICD account. */
  template(bucket: string, key: string): Promise<string>;
  /** The APIs of an account, through a role of that account, for its settings only. */
  apiIn(accountId: string, roleName: string): Api;
}

/** The session may do nothing else, although the role may do everything. */
const SESSION_POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: SETTING_ACTIONS, Resource: '*' }],
});

/** The settings of member accounts, and templates in S3. */
export class AwsBaselinePort implements BaselinePort {
  private readonly templates = new Map<string, string>();
  private storage?: S3Client;

  public constructor(
    private readonly management: ManagementAccount,
    private readonly environment: NodeJS.ProcessEnv = process.env,
  ) {}

  public get isUsed(): boolean {
    return this.environment[BASELINE_ENVIRONMENT.ACCOUNT_BASELINES] !== undefined;
  }

  /** The template is cached, because its key is derived from its content. */
  public async template(bucket: string, key: string): Promise<string> {
    const known = this.templates.get(`${bucket}/${key}`);
    if (known !== undefined) return known;
    this.storage ??= new S3Client(clientDefaults());
    const { Body } = await this.storage.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const template = (await Body?.transformToString()) ?? '';
    this.templates.set(`${bucket}/${key}`, template);
    return template;
  }

  public apiIn(accountId: string, roleName: string): Api {
    const credentials = async () => this.management.memberCredentials(accountId, roleName, SESSION_POLICY);
    return loggedApi(credentials, this.management.access.partition);
  }
}
