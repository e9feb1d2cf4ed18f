/**
 * Whether a machine fits a filter: the same rule as the SQL of the API's vm-where-repo.ts (a test there holds the two
 * together), for lists in a browser's cache, which are patched by events instead of being read again. Pure.
 */
import type { FilterTerm, NumberTerm, VmFilter, WordTerm } from './vm-filter.ts'
import { vmTroubleOf } from './vm-attention.ts'
import type { VmView } from './vm-view.ts'

export function fitsVmFilter({ words, terms }: VmFilter, vm: VmView): boolean {
  if (words.length > 0) {
    const text = [vm.name, vm.description, ...vm.tags, ...addressLines(vm), vm.host?.name ?? '']
      .join('\n')
      .toLowerCase()
    if (!words.every((word) => text.includes(word.toLowerCase()))) return false
  }
  const wanted = terms.filter((term) => !term.isNot)
  if (terms.some((term) => term.isNot && fitsTerm(term, vm))) return false
  return wanted.every(
    (term) => fitsTerm(term, vm) || wanted.some((other) => widens(other, term) && fitsTerm(other, vm)),
  )
}

/** Two values of something of which a machine has one: either will do. */
export const widens = (a: FilterTerm, b: FilterTerm): boolean =>
  a.kind === 'word' && b.kind === 'word' && a.key === b.key && a.key !== 'tag' && a.key !== 'ip'

function fitsTerm(term: FilterTerm, vm: VmView): boolean {
  return term.kind === 'number'
    ? compares(term, numberOf(term, vm))
    : textsOf(term, vm).some((text) => fitsPattern(term.value, text))
}

function textsOf({ key }: WordTerm, vm: VmView): readonly string[] {
  switch (key) {
    case 'state':
      return [vm.state]
    case 'needs':
      return vmTroubleOf(vm) === null ? [] : ['attention']
    case 'host':
      return vm.host ? [vm.host.name] : []
    case 'image':
      return vm.image ? [vm.image.name] : []
    case 'owner':
      return [vm.owner.name]
    case 'tag':
      return vm.tags
    case 'name':
      return [vm.name]
    case 'ip':
      return addressLines(vm)
  }
}

const addressLines = (vm: VmView): string[] => vm.addresses.flatMap(({ ip, mac }) => [ip, mac])

function numberOf({ key }: NumberTerm, vm: VmView): number {
  switch (key) {
    case 'vcpu':
      return vm.spec.vcpus
    case 'mem':
      return vm.spec.memoryBytes
    case 'disk':
      return vm.spec.disks.reduce((sum, disk) => sum + disk.sizeBytes, 0)
  }
}

function compares({ comparison, value }: NumberTerm, actual: number): boolean {
  switch (comparison) {
    case '>':
      return actual > value
    case '>=':
      return actual >= value
    case '<':
      return actual < value
    case '<=':
      return actual <= value
    case '=':
      return actual === value
  }
}

/** The whole text, in any case; `*` stands for anything. */
function fitsPattern(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.toLowerCase().split('*')
  const lower = text.toLowerCase()
  const last = rest.pop()
  if (last === undefined) return lower === first
  if (!lower.startsWith(first)) return false
  let at = first.length
  for (const part of rest) {
    const found = lower.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return lower.length - last.length >= at && lower.endsWith(last)
}
