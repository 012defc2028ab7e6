import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eximpeDescription } from '../src/http/eximpe/openapi/description.ts';
import { buildDocument, documentText } from '../src/http/openapi/build-document.ts';
import { zafapayDescription } from '../src/http/zafapay/openapi/description.ts';
import { projectFolder } from './lib/project.mjs';

const folder = join(projectFolder, 'openapi');
mkdirSync(folder, { recursive: true });
for (const description of [zafapayDescription, eximpeDescription]) {
  writeFileSync(join(folder, `${description.name}.json`), documentText(buildDocument(description)));
  console.log(`openapi/${description.name}.json written`);
}
