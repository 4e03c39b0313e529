/** Folders of lambda/ that several handlers may import. Every other folder is private to its handler. */
const SHARED = '^lambda/(address-spaces|cloudformation|history|pipeline-control|registry|shared|sources|traffic)/';

const CONTRACT = '^src/.+/contract\\.ts$';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      comment:
        'modules import each other, directly or through others, types included; move what they share to a new module',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-folder-circles',
      comment: 'folders of the rehearsal import each other; move what they share to rehearsal/core',
      severity: 'error',
      scope: 'folder',
      from: { path: '^rehearsal/' },
      to: { circular: true },
    },
    {
      name: 'constructs',
      comment: 'src imports nothing of the code that runs the constructs',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(lambda|rehearsal|cli|test|bench|examples)/' },
    },
    {
      name: 'handlers',
      comment: 'lambda imports contracts of src, and nothing of the rehearsal or the command line',
      severity: 'error',
      from: { path: '^lambda/' },
      to: { path: '^(src|rehearsal|cli|test|bench|examples)/', pathNot: CONTRACT },
    },
    {
      name: 'handler-folders',
      comment:
        'a folder of lambda imports itself and the shared folders; move what two handlers need to a shared folder',
      severity: 'error',
      from: { path: '^lambda/([^/]+)/' },
      to: { path: '^lambda/', pathNot: ['^lambda/$1/', SHARED] },
    },
    {
      name: 'rehearsal',
      comment: 'the rehearsal simulates AWS and knows nothing of this product',
      severity: 'error',
      from: { path: '^rehearsal/' },
      to: { path: '^(src|lambda|cli|test|bench|examples)/' },
    },
    {
      name: 'command-line',
      comment:
        'cli imports the rehearsal, contracts of src, the plain AWS client and the names that were probably meant; it '
        + 'works with every cloud assembly',
      severity: 'error',
      from: { path: '^cli/' },
      to: { path: '^(src|lambda|test|bench|examples)/', pathNot: [CONTRACT, '^lambda/shared/(api/|near-name)'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(node_modules|lib)/' },
    // sees imports of types, which the compiler removes
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'test/tsconfig.json' },
  },
};
