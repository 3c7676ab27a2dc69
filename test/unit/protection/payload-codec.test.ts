import { describe, expect, jest, test } from '@jest/globals';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import fc from 'fast-check';
import { parseMasterKeys } from '../../../db/protection/key-ring.ts';
import { createPayloadCodec } from '../../../db/protection/payload-codec.ts';
import { ROTATED_MASTER_KEYS, testKeys } from '../../support/master-keys.ts';

jest.setTimeout(60_000);

const codec = createPayloadCodec(testKeys);
const rotated = createPayloadCodec(() => parseMasterKeys(ROTATED_MASTER_KEYS));
const plainOf = ({ metadata, data }: Payload) => ({
  metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString()])),
  data: Buffer.from(data ?? []).toString(),
});

describe('the payload codec', () => {
  test('gives back what it sealed, and shows nothing of it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        const payload = defaultPayloadConverter.toPayload({ value, word: 'leggibile' });
        const [sealed] = await codec.encode([payload]);
        expect(Buffer.from(sealed!.data!).toString('latin1')).not.toMatch(/leggibile|json/);
        const [opened] = await codec.decode([sealed!]);
        expect(plainOf(opened!)).toEqual(plainOf(payload));
      }),
    );
  });

  test('takes payloads without data, and as many as there are', async () => {
    expect(await codec.encode([])).toEqual([]);
    const empty: Payload = { metadata: { encoding: Buffer.from('binary/null') } };
    const opened = await codec.decode(await codec.encode([empty, empty]));
    expect(opened.map(plainOf)).toEqual([plainOf(empty), plainOf(empty)]);
  });

  test('passes what was never sealed', async () => {
    const payloads = [defaultPayloadConverter.toPayload({ a: 1 }), {}, { data: Buffer.from('x') }];
    expect(await codec.decode(payloads)).toEqual(payloads);
  });

  test('opens what an earlier key of the ring sealed, and names a key it does not have', async () => {
    const payload = defaultPayloadConverter.toPayload('x');
    expect((await rotated.decode(await codec.encode([payload]))).map(plainOf)).toEqual([plainOf(payload)]);
    await expect(codec.decode(await rotated.encode([payload]))).rejects.toMatchObject({ type: 'key_unknown', keyId: 'test-2' });
  });

  test('does not open what was altered', async () => {
    const [sealed] = await codec.encode([defaultPayloadConverter.toPayload('x')]);
    const data = Buffer.from(sealed!.data!);
    data[20] = data[20]! ^ 1;
    await expect(codec.decode([{ ...sealed, data }])).rejects.toMatchObject({ type: 'seal_broken' });
  });
});
