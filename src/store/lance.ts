// The one module that imports LanceDB and Arrow, loaded by `native.ts` on first use: the import takes up to 200 ms.
// Arrow comes by path because LanceDB requires the CommonJS build, and refuses tables made by a second copy.
import * as lancedb from '@lancedb/lancedb';
import * as arrow from '../../node_modules/apache-arrow/Arrow.node.js';

export { arrow, lancedb };
