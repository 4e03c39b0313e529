import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { SSMClientConfig } from '@aws-sdk/client-ssm';
import { isNamed } from '../../shared/errors';
import { inWords } from '../errors';
import type { Subject } from '../errors';
import type { StoredParameter, StoredValue } from '../parameter';

const MISSING = ['ParameterNotFound', 'ParameterVersionNotFound'];

/** A parameter in the region of the function. */
export class SsmParameter implements StoredParameter {
  private readonly client: SSMClient;
  private readonly subject: Subject;

  public constructor(
    private readonly name: string,
    roleArn: string,
    config: SSMClientConfig,
  ) {
    this.client = new SSMClient(config);
    this.subject = { what: `parameter '${name}'`, missing: MISSING, advice: 'try again', roleArn };
  }

  public async read(version?: number): Promise<StoredValue | undefined> {
    return inWords(this.subject, async () => {
      try {
        const Name = version === undefined ? this.name : `${this.name}:${version}`;
        const { Parameter: found } = await this.client.send(new GetParameterCommand({ Name }));
        return { value: found?.Value ?? '', version: found?.Version ?? 0 };
      } catch (error) {
        if (isNamed(error, ...MISSING)) return undefined;
        throw error;
      }
    });
  }

  public async create(value: string): Promise<boolean> {
    return inWords(this.subject, async () => {
      try {
        await this.client.send(new PutParameterCommand({ Name: this.name, Value: value, Type: 'String' }));
        return true;
      } catch (error) {
        if (isNamed(error, 'ParameterAlreadyExists')) return false;
        throw error;
      }
    });
  }

  public async overwrite(value: string): Promise<number> {
    return inWords(this.subject, async () => {
      const { Version: version = 0 } = await this.client.send(
        new PutParameterCommand({ Name: this.name, Value: value, Overwrite: true }),
      );
      return version;
    });
  }
}
