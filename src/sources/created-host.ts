import type { Construct } from 'constructs';
import type { SourceConfig, SourceHost } from './source-host';
import type { IOrganization } from '../organization/organization-interface';

/** A repository that the app creates: what uses it waits for it. */
export class CreatedHost implements SourceHost {
  public constructor(
    private readonly host: SourceHost,
    private readonly repository: Construct,
  ) {}

  public get repositoryArn(): string | undefined {
    return this.host.repositoryArn;
  }

  public bind(scope: Construct, organization: IOrganization): SourceConfig {
    scope.node.addDependency(this.repository);
    return { ...this.host.bind(scope, organization), isDefinedByApp: () => true, createdBy: this.repository };
  }
}
