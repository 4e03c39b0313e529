import {
  DescribeAcceleratorCommand,
  DescribeEndpointGroupCommand,
  GlobalAcceleratorClient,
  ListCrossAccountResourcesCommand,
  UpdateEndpointGroupCommand,
} from '@aws-sdk/client-global-accelerator';
import type { GlobalAcceleratorClientConfig } from '@aws-sdk/client-global-accelerator';
import { inWords } from '../errors';
import type { Subject } from '../errors';
import type { EndpointGroup, GroupEndpoint } from '../global-accelerator';

/** Region of the API of Global Accelerator. */
const REGION = 'us-west-2';
const DEFAULT_WEIGHT = 128;

/** An endpoint group of Global Accelerator. */
export class AcceleratorEndpointGroup implements EndpointGroup {
  private readonly client: GlobalAcceleratorClient;
  private readonly subject: Subject;
  private readonly acceleratorArn: string;

  public constructor(
    private readonly arn: string,
    roleArn: string,
    config: GlobalAcceleratorClientConfig,
  ) {
    this.client = new GlobalAcceleratorClient({ ...config, region: REGION });
    this.acceleratorArn = arn.replace(/\/listener\/.*$/, '');
    this.subject = {
      what: `endpoint group '${arn}'`,
      missing: ['EndpointGroupNotFoundException', 'AcceleratorNotFoundException'],
      advice: 'deploy the stack that defines it, then try again',
      roleArn,
    };
  }

  public async endpoints(): Promise<readonly GroupEndpoint[]> {
    const { EndpointGroup: group } = await inWords(this.subject, () =>
      this.client.send(new DescribeEndpointGroupCommand({ EndpointGroupArn: this.arn })),
    );
    return (group?.EndpointDescriptions ?? []).map(endpoint => ({
      endpointId: endpoint.EndpointId ?? '',
      weight: endpoint.Weight ?? DEFAULT_WEIGHT,
      ...(endpoint.ClientIPPreservationEnabled !== undefined && {
        clientIpPreservation: endpoint.ClientIPPreservationEnabled,
      }),
    }));
  }

  public async replace(endpoints: readonly GroupEndpoint[]): Promise<void> {
    const attachments = await this.attachmentsOf(endpoints.map(({ endpointId }) => endpointId));
    await inWords(this.subject, () =>
      this.client.send(new UpdateEndpointGroupCommand({
        EndpointGroupArn: this.arn,
        EndpointConfigurations: endpoints.map(({ endpointId, weight, clientIpPreservation }) => ({
          EndpointId: endpointId,
          Weight: weight,
          ClientIPPreservationEnabled: clientIpPreservation,
          AttachmentArn: attachments.get(endpointId),
        })),
      })),
    );
  }

  public async isDeployed(): Promise<boolean> {
    const { Accelerator: accelerator } = await inWords(this.subject, () =>
      this.client.send(new DescribeAcceleratorCommand({ AcceleratorArn: this.acceleratorArn })),
    );
    return accelerator?.Status === 'DEPLOYED';
  }

  /** Attachments of endpoints in other accounts, which a description of the group does not show. */
  private async attachmentsOf(endpointIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const own = accountOf(this.arn);
    const owners = new Set(endpointIds.map(accountOf).filter(owner => owner !== undefined && owner !== own));
    const attachments = new Map<string, string>();
    await Promise.all([...owners].map(async owner => {
      for (let token: string | undefined; ;) {
        const page = await inWords(this.subject, () => this.client.send(new ListCrossAccountResourcesCommand({
          AcceleratorArn: this.acceleratorArn, ResourceOwnerAwsAccountId: owner, NextToken: token,
        })));
        for (const { EndpointId: id, AttachmentArn: attachment } of page.CrossAccountResources ?? []) {
          if (id && attachment) attachments.set(id, attachment);
        }
        token = page.NextToken;
        if (token === undefined) break;
      }
    }));
    return attachments;
  }
}

/** Undefined for ids that are not ARNs. */
function accountOf(arn: string): string | undefined {
  return /^arn:[^:]+:[^:]+:[^:]*:(\d{12}):/.exec(arn)?.[1];
}
