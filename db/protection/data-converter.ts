/** How everything we hand to Temporal is converted: the same for every client, worker and replay of one installation. */
import { join } from 'node:path';
import type { DataConverter } from '@temporalio/common';
import type { KeyRingSource } from './key-ring.ts';
import { createPayloadCodec, type PayloadCodecOptions } from './payload-codec.ts';

/** The SDK loads it by its path, here and into the sandbox. */
const FAILURE_CONVERTER = join(import.meta.dirname, '..', '..', 'workflows', 'failure-converter.ts');

export function createDataConverter(keys: KeyRingSource, options?: PayloadCodecOptions): DataConverter {
  return { failureConverterPath: FAILURE_CONVERTER, payloadCodecs: [createPayloadCodec(keys, options)] };
}

/** For who replays: what goes wrong is read by people then, and stored nowhere. */
export function createReplayConverter(keys: KeyRingSource): DataConverter {
  return { payloadCodecs: [createPayloadCodec(keys)] };
}
