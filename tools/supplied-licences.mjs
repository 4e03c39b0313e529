// Licence texts of bundled packages that do not contain theirs.

const MIT = copyright => `MIT License

${copyright}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/** https://github.com/aws-powertools/powertools-lambda-typescript/blob/main/LICENSE */
const POWERTOOLS = `Copyright 2021 Amazon.com, Inc. or its affiliates. All Rights Reserved.

Permission is hereby granted, free of charge, to any person obtaining a copy of
this software and associated documentation files (the "Software"), to deal in
the Software without restriction, including without limitation the rights to
use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of
the Software, and to permit persons to whom the Software is furnished to do so.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS
FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER
IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/** Package → its text, or the package of the same repository that has the text. */
export const SUPPLIED_LICENCES = {
  '@aws-lambda-powertools/commons': { text: POWERTOOLS },
  '@aws-lambda-powertools/logger': { text: POWERTOOLS },
  // all are of https://github.com/aws/aws-sdk-js-v3
  '@aws-sdk/credential-provider-http': { sameAs: '@aws-sdk/core' },
  '@aws-sdk/credential-provider-login': { sameAs: '@aws-sdk/core' },
  '@aws-sdk/nested-clients': { sameAs: '@aws-sdk/core' },
  // the package has no text: it declares MIT in package.json, with this author
  '@bomb.sh/tab': { text: MIT('Copyright (c) Bombshell Authors (https://github.com/bombshell-dev)') },
  // neither https://github.com/nodable/val-parsers nor https://github.com/pkrumins/node-lazy has a text: both declare
  // MIT in package.json, with this author
  '@nodable/entities': { text: MIT('Copyright (c) Amit Gupta (https://solothought.com)') },
  'lazy': { text: MIT('Copyright (c) Peteris Krumins (http://www.catonmat.net)') },
};
