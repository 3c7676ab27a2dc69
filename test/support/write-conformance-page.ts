// `npm run conformance`: writes docs/reference/conformance.md from the facts and what we answer. A test fails when it is not current.
import { writeFileSync } from 'node:fs';
import { CONFORMANCE_PAGE, conformancePage } from './conformance.ts';

writeFileSync(CONFORMANCE_PAGE, conformancePage());
