import { writeFileSync } from 'node:fs';
import { ROOT, readDocument, withBlock } from './documents.ts';
import { generatedBlocks } from './generated-blocks.ts';

/** Writes the generated blocks of the documents anew: `node test/unit/write-docs.ts`. */
for (const { path, name, content } of generatedBlocks) {
  writeFileSync(`${ROOT}${path}`, withBlock(readDocument(path), name, await content()));
}
