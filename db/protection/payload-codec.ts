/**
 * What Temporal stores of ours, sealed with a service key of the ring (never a household's: erasure must not keep a history from replaying). Payloads that are
 * not marked pass as they are: histories recorded without the codec still replay.
 */
import type { Payload, PayloadCodec } from '@temporalio/common';
import type { KeyRingSource } from './key-ring.ts';
import { seal, unseal } from './sealing.ts';

const ENCODING = 'binary/secondo-livello';
const KEY_ID = 'key-id';
const PLACE = ['temporal', 'payload'];
const LENGTH_BYTES = 4;

const text = new TextEncoder();
const words = new TextDecoder();

export interface PayloadCodecOptions {
  /** Told of what cannot be opened: the engine is told in a sealed failure, which nobody reads. @default nobody */
  readonly onFault?: (fault: unknown) => void;
}

/** For every client, worker and replay. */
export function createPayloadCodec(keys: KeyRingSource, { onFault = () => undefined }: PayloadCodecOptions = {}): PayloadCodec {
  return {
    encode: (payloads) => settle(() => payloads.map((payload) => encode(keys, payload))),
    /** Rejects with `KeyUnknown` or `SealBroken`: the task is tried again, and goes on once the key is back. */
    decode: (payloads) =>
      settle(() => payloads.map((payload) => decode(keys, payload))).catch((fault: unknown) => {
        onFault(fault);
        throw fault;
      }),
  };
}

/** Head (what the payload said of itself) and body, as one text of bytes: base64 of the body would make each a third longer. */
function encode(keys: KeyRingSource, { metadata, data }: Payload): Payload {
  const { current } = keys();
  const head = Buffer.from(JSON.stringify(Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('base64')])));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(head.length);
  return {
    metadata: { encoding: text.encode(ENCODING), [KEY_ID]: text.encode(current.id) },
    data: seal(current.derive('temporal-payload'), PLACE, Buffer.concat([length, head, data ?? new Uint8Array()])),
  };
}

function decode(keys: KeyRingSource, payload: Payload): Payload {
  const { metadata, data } = payload;
  const encoding = metadata?.['encoding'];
  if (encoding === undefined || words.decode(encoding) !== ENCODING) return payload;
  const key = keys().find(words.decode(metadata?.[KEY_ID]));
  const plain = unseal(key.derive('temporal-payload'), PLACE, data ?? new Uint8Array());
  const bodyAt = LENGTH_BYTES + plain.readUInt32BE();
  const head = JSON.parse(plain.toString('utf8', LENGTH_BYTES, bodyAt)) as readonly (readonly [name: string, base64: string])[];
  return { metadata: Object.fromEntries(head.map(([name, value]) => [name, Buffer.from(value, 'base64')])), data: plain.subarray(bodyAt) };
}

function settle<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(work());
  });
}
