/** Works through a list with so many at once; results in the order of the list. */
export async function inParallel<T, R>(items: readonly T[], width: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let index = 0; index < items.length; index += width) results.push(...(await Promise.all(items.slice(index, index + width).map(work))));
  return results;
}
