/** Where a page ended: the sort key of its last row, opaque to the caller. Rows that come or go before it do not shift the next page. */

/** The cursor was not made by this list, or for another order of it. */
export class CursorInvalid extends Error {
  readonly type = 'cursor_invalid';

  constructor() {
    super('The cursor does not belong to this list');
    this.name = 'CursorInvalid';
  }
}

export type CursorKey = readonly (string | number | null)[];

export function encodeCursor(sort: string, key: CursorKey): string {
  return Buffer.from(JSON.stringify([sort, ...key])).toString('base64url');
}

/** The key of a cursor, part by part as `shape` has them. Throws `CursorInvalid`. */
export function decodeCursor(sort: string, cursor: string, shape: readonly ('instant' | 'number' | 'uuid' | 'text')[]): CursorKey {
  const parts = parse(cursor);
  if (parts.length !== shape.length + 1 || parts[0] !== sort) throw new CursorInvalid();
  return shape.map((kind, index) => {
    const part = parts[index + 1];
    if (!isOfKind(kind, part)) throw new CursorInvalid();
    return part;
  });
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** The instants a Date can hold. */
const LAST_INSTANT = 8.64e15;

function isOfKind(kind: 'instant' | 'number' | 'uuid' | 'text', part: unknown): part is string | number | null {
  // An instant that never comes (no deadline) is null.
  if (kind === 'instant') return part === null || (Number.isSafeInteger(part) && Math.abs(part as number) <= LAST_INSTANT);
  if (kind === 'number') return Number.isSafeInteger(part);
  return typeof part === 'string' && (kind === 'text' || UUID.test(part));
}

function parse(cursor: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
