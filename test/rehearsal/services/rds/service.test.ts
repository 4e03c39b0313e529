import type { ResourceContext } from '../../../../rehearsal/core/service';
import { VirtualClock } from '../../../../rehearsal/core/virtual-clock';
import { Rds } from '../../../../rehearsal/services/rds/service';

const place: ResourceContext = {
  accountId: '222222222222', region: 'eu-central-1', stackId: 'stack', stackName: 'shop', logicalId: 'Db', tags: {},
};

test('a cluster is deleted after its instances', async () => {
  const environment = { clock: new VirtualClock(), partition: 'aws', endpoint: '', listens: false };
  const secrets = { createManaged: () => 'arn', removeManaged: () => undefined };
  const { 'AWS::RDS::DBCluster': cluster, 'AWS::RDS::DBInstance': instance } =
    new Rds(environment, secrets, () => 'vpc-1').resourceTypes;
  const ofCluster = { DBClusterIdentifier: 'shop' };
  const ofInstance = { DBInstanceIdentifier: 'shop-1', DBClusterIdentifier: 'shop' };
  await cluster.create(ofCluster, place);
  await instance.create(ofInstance, place);
  await expect(cluster.remove('shop', ofCluster, place)).rejects.toThrow(
    'Cluster cannot be deleted, it still contains DB instances in non-deleting state.',
  );
  await instance.remove('shop-1', ofInstance, place);
  await cluster.remove('shop', ofCluster, place);
  await expect(cluster.create(ofCluster, place)).resolves.toMatchObject({ id: 'shop' });
});
