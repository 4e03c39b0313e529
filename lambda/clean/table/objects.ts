import { textAt, xmlText } from '../../shared/api/protocols';

/** The body of a call that deletes versions of objects. */
export function deletionOf(versions: readonly unknown[]): string {
  const objects = versions.map(version => {
    const [key, id] = [textAt(version, 'Key') ?? '', textAt(version, 'VersionId') ?? ''];
    const idElement = id === '' || id === 'null' ? '' : `<VersionId>${xmlText(id)}</VersionId>`;
    return `<Object><Key>${xmlText(key)}</Key>${idElement}</Object>`;
  });
  return `<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Quiet>true</Quiet>${objects.join('')}</Delete>`;
}
