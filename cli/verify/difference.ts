/** Where two JSON values differ first, in words: a property that is absent and one that is undefined are the same, the order of keys does not matter. */
export function firstDifference(left: unknown, right: unknown, path = ''): string | null {
  if (left === right) return null;
  if (!isObject(left) || !isObject(right) || Array.isArray(left) !== Array.isArray(right))
    return `${path === '' ? 'the whole' : path}: ${shown(left)} against ${shown(right)}`;
  for (const key of [...new Set([...Object.keys(left), ...Object.keys(right)])].sort()) {
    const inner = Array.isArray(left) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
    const found = firstDifference(left[key], right[key], inner);
    if (found !== null) return found;
  }
  return null;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
