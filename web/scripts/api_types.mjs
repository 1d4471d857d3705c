// Derives src/api/schema.d.ts from the description of the API that the build makes.
//
//   node scripts/api_types.mjs [OPENAPI.JSON]

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';

const here = resolve(fileURLToPath(import.meta.url), '../..');
const source = resolve(process.argv[2] ?? process.env.AVVIK_OPENAPI
  ?? resolve(here, '..', process.env.AVVIK_BUILD ?? 'build/release', 'share/openapi.json'));
const types = `// Made by scripts/api_types.mjs from the protos.\n${astToString(await openapiTS(pathToFileURL(source)))}`;
const target = join(here, 'src/api/schema.d.ts');
if (!existsSync(target) || readFileSync(target, 'utf8') !== types) writeFileSync(target, types);
