import { FakeMemberApi } from './fake-member-api';
import type { BaselinePort } from '../../lambda/account/baselines/port';
import type { Api } from '../../lambda/shared/api/api';

/** Templates, and the APIs of accounts in memory. */
export class FakeBaselines implements BaselinePort {
  public isUsed = false;
  private readonly apis = new Map<string, FakeMemberApi>();

  /** @param decorate wraps the APIs of accounts */
  public constructor(private readonly decorate: (api: FakeMemberApi) => Api = api => api) {}

  public async template(bucket: string, key: string): Promise<string> {
    return JSON.stringify({ Description: `${bucket}/${key}`, Resources: { Handle: { Type: 'Handle' } } });
  }

  public apiIn(accountId: string): Api {
    return this.decorate(this.apiOf(accountId));
  }

  public apiOf(accountId: string): FakeMemberApi {
    const api = this.apis.get(accountId) ?? new FakeMemberApi();
    this.apis.set(accountId, api);
    return api;
  }
}
