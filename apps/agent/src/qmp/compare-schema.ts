/**
 * What the installed QEMU lacks of what the agent uses.
 *
 * Run once at the agent's start, so that an older or newer QEMU is named at once ("query-blockstats: [].stats.rd_bytes
 * is missing") instead of showing as figures that stay 0 for ever.
 */
import { qmpSchema } from './qmp-schema.generated.ts'
import type { ObjectShape, QmpSchema, ShapeRef } from './qmp-shape.ts'
import type { SchemaInfo } from './schema-info.ts'

export interface SchemaGap {
  kind: 'command' | 'argument' | 'reply' | 'event' | 'eventMember'
  /** The command or event. */
  name: string
  /** Path of the missing member or enum value in it; absent when the whole command or event is missing. */
  path?: string
}

type Installed = ReadonlyMap<string, SchemaInfo>
interface Walk {
  schema: QmpSchema
  installed: Installed
  report: (path: string) => void
  seen: Set<string>
  /** Enum values count only where we send them: a reply never has to use them all. */
  withValues: boolean
}

/** All gaps, in the order of the list in use; empty when everything in use is there. `installed` by parseSchemaInfo. */
export function compareSchema(installed: Installed, schema: QmpSchema = qmpSchema): SchemaGap[] {
  const gaps: SchemaGap[] = []
  const walk = (kind: 'argument' | 'reply' | 'eventMember', name: string): Walk => ({
    schema,
    installed,
    report: (path) => gaps.push({ kind, name, path }),
    seen: new Set(),
    withValues: kind === 'argument',
  })
  for (const [name, command] of Object.entries(schema.commands)) {
    const info = installed.get(name)
    if (info?.['meta-type'] !== 'command') {
      gaps.push({ kind: 'command', name })
      continue
    }
    compareType(walk('argument', name), { ref: command.arguments, type: info['arg-type'], path: '' })
    compareType(walk('reply', name), { ref: command.returns, type: info['ret-type'], path: '' })
  }
  for (const [name, ref] of Object.entries(schema.events)) {
    const info = installed.get(name)
    if (info?.['meta-type'] !== 'event') gaps.push({ kind: 'event', name })
    else compareType(walk('eventMember', name), { ref, type: info['arg-type'], path: '' })
  }
  return gaps
}

interface Pair {
  ref: ShapeRef
  /** The installed QEMU's name of the type. */
  type: string
  path: string
}

function compareType(walk: Walk, { ref, type, path }: Pair): void {
  const key = `${ref} ${type}`
  if (walk.seen.has(key)) return
  walk.seen.add(key)
  const info = walk.installed.get(type)
  if (ref.startsWith('[')) {
    if (info?.['meta-type'] !== 'array') return walk.report(`${path}[]`)
    return compareType(walk, { ref: ref.slice(1, -1), type: info['element-type'], path: `${path}[]` })
  }
  const shape = walk.schema.types[ref]
  // A builtin, or an alternate: what differs inside these shows when a value does not fit.
  if (shape === undefined || 'oneOf' in shape) return
  if ('values' in shape) {
    const values = info?.['meta-type'] === 'enum' ? info.values : []
    const missing = walk.withValues ? shape.values.filter((value) => !values.includes(value)) : []
    for (const value of missing) walk.report(`${path}=${value}`)
    return
  }
  if (info?.['meta-type'] !== 'object') return walk.report(path)
  compareObject(walk, { shape, info, path })
}

function compareObject(
  walk: Walk,
  { shape, info, path }: { shape: ObjectShape; info: Extract<SchemaInfo, { 'meta-type': 'object' }>; path: string },
): void {
  for (const [key, ref] of Object.entries(shape.members)) {
    const name = key.replace(/\?$/, '')
    const memberPath = path === '' ? name : `${path}.${name}`
    const member = info.members.find((candidate) => candidate.name === name)
    if (member === undefined) walk.report(memberPath)
    else compareType(walk, { ref, type: member.type, path: memberPath })
  }
  for (const [value, ref] of Object.entries(shape.variants ?? {})) {
    const variant = info.variants.find((candidate) => candidate.case === value)
    if (variant !== undefined) compareType(walk, { ref, type: variant.type, path: `${path}(${value})` })
    else walk.report(`${path}(${value})`)
  }
}
