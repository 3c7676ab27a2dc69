/** Keys of test systems: any will do, as long as every process of one has the same. */
import { parseMasterKeys } from '../../db/protection/key-ring.ts';
import { createProtection } from '../../db/protection/protection.ts';

const secretOf = (letter: string): string => Buffer.alloc(32, letter).toString('base64');

/** As `MASTER_KEYS` of a process. */
export const TEST_MASTER_KEYS = `test-1:${secretOf('a')}`;

/** The same with a new current key. */
export const ROTATED_MASTER_KEYS = `test-2:${secretOf('b')},${TEST_MASTER_KEYS}`;

const RING = parseMasterKeys(TEST_MASTER_KEYS);

export const testKeys = () => RING;

export const testProtection = createProtection(testKeys);
