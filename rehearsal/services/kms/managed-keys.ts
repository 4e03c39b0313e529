import { Identifiers } from '../../core/identifiers';
import type { Place } from '../../core/service';

/** Services with a key of AWS in each account. https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html */
const SERVICES = [
  'acm', 'backup', 'codecommit', 'dynamodb', 'ebs', 'elasticfilesystem', 'es', 'glue', 'kinesis', 'lambda', 'rds',
  'redshift', 's3', 'secretsmanager', 'sns', 'sqs', 'ssm', 'xray',
];

/** The ids of the keys that AWS manages in an account and region, by their aliases. They are always the same. */
export function managedKeys({ accountId, region }: Place): ReadonlyMap<string, string> {
  return new Map(SERVICES.map(service => (
    [`alias/aws/${service}`, new Identifiers(`kms/${accountId}/${region}/${service}`).uuid()]
  )));
}
