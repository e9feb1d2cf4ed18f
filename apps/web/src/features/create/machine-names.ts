/** The names of several machines that are made at once. Pure. */
export const maxCount = 20

/** "web" makes web-1, web-2 and so on; a name that ends in a number goes on from it: web-7, web-8. One is named as typed. */
export function machineNames(name: string, count: number): readonly string[] {
  if (count <= 1) return [name]
  const [, stem = name, first = '1'] = /^(.+)-(\d{1,6})$/.exec(name) ?? []
  return Array.from({ length: Math.min(count, maxCount) }, (_, index) => `${stem}-${Number(first) + index}`)
}

/** "web-1 … web-5" */
export function namesText(names: readonly string[]): string {
  const [first = '', last = ''] = [names[0], names.at(-1)]
  return names.length <= 2 ? names.join(', ') : `${first} … ${last}`
}
