/** Where a process has its master keys from. */
import { keysFromFile } from './key-file.ts';
import { parseMasterKeys, type KeyRingSource } from './key-ring.ts';

export interface KeySettings {
  /** `MASTER_KEYS`; null takes the file. */
  readonly masterKeys: string | null;
  /** The key file of the data directory. */
  readonly file: string;
}

/** Throws `KeyRingInvalid`. */
export function openKeys({ masterKeys, file }: KeySettings): KeyRingSource {
  if (masterKeys === null) return keysFromFile(file);
  const ring = parseMasterKeys(masterKeys);
  return () => ring;
}
