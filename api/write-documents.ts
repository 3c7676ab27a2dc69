// `npm run openapi`: writes api/openapi.json and docs/errors/README.md. A test fails when they are not current.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorsPage, openApiDocument } from './documents.ts';

const root = join(import.meta.dirname, '..');
await writeFile(join(root, 'api', 'openapi.json'), `${JSON.stringify(await openApiDocument(), null, 2)}\n`);
await mkdir(join(root, 'docs', 'errors'), { recursive: true });
await writeFile(join(root, 'docs', 'errors', 'README.md'), errorsPage());
