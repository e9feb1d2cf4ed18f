/**
 * Writes src/qmp/qmp-types.generated.ts and qmp-schema.generated.ts from the schema of an installed QEMU.
 *
 * Usage: node scripts/generate-qmp-types.ts [qemu-system-x86_64]. Only what src/qmp/qmp-in-use.ts names is written. QEMU
 * hides the names of its types (they are numbers, and change), so types are named after where they are used first.
 */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { commandsInUse, eventsInUse, openArguments, opaqueReturns, variantsInUse } from '../src/qmp/qmp-in-use.ts'
import type { CommandShape, ObjectShape, Shape, ShapeRef } from '../src/qmp/qmp-shape.ts'
import { parseSchemaInfo, type SchemaInfo } from '../src/qmp/schema-info.ts'

const qmpDir = new URL('../src/qmp/', import.meta.url)
const builtinTypes = new Map([
  ['any', 'unknown'],
  ['null', 'null'],
  ['bool', 'boolean'],
  ['int', 'number'],
  ['number', 'number'],
  ['str', 'string'],
  ['empty', 'NoMembers'],
])

/** The replies of a QEMU without a machine to `commands`, in order. */
async function askQemu(binary: string, commands: readonly string[]): Promise<unknown[]> {
  const args = ['-machine', 'none', '-nodefaults', '-S', '-display', 'none', '-qmp', 'stdio']
  const qemu = spawn(binary, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const replies: unknown[] = []
  for (const execute of ['qmp_capabilities', ...commands, 'quit']) {
    qemu.stdin.write(`${JSON.stringify({ execute })}\n`)
  }
  for await (const line of createInterface({ input: qemu.stdout })) {
    const message = z.object({ return: z.unknown().optional(), error: z.unknown().optional() }).parse(JSON.parse(line))
    if (message.error !== undefined) throw new Error(line)
    if (message.return !== undefined) replies.push(message.return)
  }
  return replies.slice(1, 1 + commands.length)
}

interface Context {
  /** What we send and what we get are named apart: a reply may hold values of a newer QEMU. */
  use: 'argument' | 'reply'
  /** Only these branches of the outermost union. */
  variants?: readonly string[] | undefined
}

/** Collects the types in use under made-up names, as shapes and as TypeScript. */
class TypeCollector {
  readonly shapes = new Map<string, Shape>()
  readonly declarations: string[] = []
  readonly #names = new Map<string, string>()
  readonly #schema: ReadonlyMap<string, SchemaInfo>

  constructor(schema: ReadonlyMap<string, SchemaInfo>) {
    this.#schema = schema
  }

  /** The reference to `type`; declared on first use as `name`. */
  refer(type: string, name: string, context: Context): ShapeRef {
    const info = this.#schema.get(type)
    if (info === undefined) throw new Error(`the schema has no type ${type}`)
    if (info['meta-type'] === 'builtin') return info.name
    if (info['meta-type'] === 'array') return `[${this.refer(info['element-type'], singular(name), context)}]`
    if (info['meta-type'] === 'object' && info.members.length === 0) return 'empty'
    const key = `${context.use} ${type}`
    const known = this.#names.get(key)
    if (known !== undefined) return known
    const own = this.shapes.has(name) ? `${name}${this.shapes.size}` : name
    this.#names.set(key, own)
    this.shapes.set(own, { values: [] })
    this.shapes.set(own, this.#declare(info, own, context))
    return own
  }

  #declare(info: SchemaInfo, name: string, context: Context): Shape {
    if (info['meta-type'] === 'enum') {
      const other = context.use === 'reply' ? ' | OtherValue' : ''
      const values =
        context.variants === undefined ? info.values : info.values.filter((v) => context.variants?.includes(v))
      this.declarations.push(`type ${name} = ${values.map((v) => `'${v}'`).join(' | ')}${other}\n`)
      return { values }
    }
    if (info['meta-type'] === 'alternate') {
      const oneOf = info.members.map((member, index) => this.refer(member.type, `${name}${index + 1}`, context))
      this.declarations.push(`type ${name} = ${oneOf.map((ref) => typeText(ref)).join(' | ')}\n`)
      return { oneOf }
    }
    if (info['meta-type'] !== 'object') throw new Error(`${info.name} is not a type`)
    return this.#declareObject(info, name, context)
  }

  #declareObject(info: Extract<SchemaInfo, { 'meta-type': 'object' }>, name: string, context: Context): Shape {
    const members: Record<string, ShapeRef> = {}
    for (const member of info.members) {
      const optional = 'default' in member ? '?' : ''
      const isTag = member.name === info.tag
      const declared = this.declarations.length
      const inner = isTag ? context : { use: context.use }
      members[member.name + optional] = this.refer(member.type, name + pascal(member.name), inner)
      // The branches of the union spell the tag's values out.
      if (isTag) this.declarations.length = declared
    }
    const cases = info.variants.filter((v) => context.variants?.includes(v.case) ?? true)
    const filled = cases.filter((v) => this.#memberCount(v.type) > 0)
    const variants = Object.fromEntries(
      filled.map((v) => [v.case, this.refer(v.type, name + pascal(v.case), { use: context.use })]),
    )
    const values = [...cases.map((v) => `'${v.case}'`), ...(context.use === 'reply' ? ['OtherValue'] : [])]
    this.declarations.push(declareObject({ name, members, tag: info.tag, values, variants }))
    const shape: ObjectShape = { members }
    return info.tag === undefined ? shape : { ...shape, tag: info.tag, variants }
  }

  #memberCount(type: string): number {
    const info = this.#schema.get(type)
    return info?.['meta-type'] === 'object' ? info.members.length + info.variants.length : 1
  }
}

function declareObject(options: {
  name: string
  members: Record<string, ShapeRef>
  tag: string | undefined
  /** What the tag may be, as TypeScript. */
  values: readonly string[]
  variants: Record<string, ShapeRef>
}): string {
  const { name, tag } = options
  const lines = Object.entries(options.members)
    .filter(([key]) => key !== tag)
    .map(([key, ref]) => `  ${memberText(key, ref)}\n`)
    .join('')
  if (tag === undefined) return lines === '' ? `type ${name} = NoMembers\n` : `export interface ${name} {\n${lines}}\n`
  // Cases without members of their own share one branch; the tag then narrows to them together.
  const plain = options.values.filter((value) => !(value.replaceAll("'", '') in options.variants))
  const branches = Object.entries(options.variants).map(
    ([value, ref]) => `({ ${memberText(tag, `'${value}'`)} } & ${ref})`,
  )
  if (plain.length > 0) branches.push(`{ ${quote(tag)}: ${plain.join(' | ')} }`)
  const base = lines === '' ? '' : `{\n${lines}} & `
  return `type ${name} = ${base}(${branches.join(' | ')})\n`
}

const quote = (key: string): string => (/^[a-z_][a-z0-9_]*$/i.test(key) ? key : `'${key}'`)

function memberText(key: string, ref: ShapeRef): string {
  const name = key.replace(/\?$/, '')
  return `${quote(name)}${key === name ? '' : '?'}: ${ref.startsWith("'") ? ref : typeText(ref)}`
}

function typeText(ref: ShapeRef): string {
  if (ref.startsWith('[')) return `readonly ${typeText(ref.slice(1, -1))}[]`
  return builtinTypes.get(ref) ?? ref
}

const pascal = (name: string): string =>
  name
    .split(/[^a-zA-Z0-9]+/)
    .map(
      (word) =>
        word.slice(0, 1).toUpperCase() + (word === word.toUpperCase() ? word.slice(1).toLowerCase() : word.slice(1)),
    )
    .join('')

const singular = (name: string): string => `${name}Item`

const banner = (from: string): string =>
  `// Generated by scripts/generate-qmp-types.ts from QEMU ${from}; do not edit, and as long as QEMU's types are.\n`

/** One entry a line, so that a change of one type is a change of one line. */
const entryLines = (entries: Record<string, unknown>): string =>
  Object.entries(entries)
    .map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)},\n`)
    .join('')

async function main(): Promise<void> {
  const [version, reply] = await askQemu(process.argv[2] ?? 'qemu-system-x86_64', ['query-version', 'query-qmp-schema'])
  const { qemu } = z.object({ qemu: z.record(z.string(), z.number()) }).parse(version)
  const from = `${qemu['major']}.${qemu['minor']}.${qemu['micro']}`
  const schema = parseSchemaInfo(reply)
  const types = new TypeCollector(schema)
  const commands: Record<string, CommandShape> = {}
  const events: Record<string, ShapeRef> = {}
  const commandLines: string[] = []
  const eventLines: string[] = []

  for (const name of commandsInUse) {
    const info = schema.get(name)
    if (info?.['meta-type'] !== 'command') throw new Error(`this QEMU has no command ${name}`)
    const args = types.refer(info['arg-type'], `${pascal(name)}Arguments`, {
      use: 'argument',
      variants: variantsInUse[name],
    })
    const returns = opaqueReturns.includes(name)
      ? 'any'
      : types.refer(info['ret-type'], `${pascal(name)}Reply`, { use: 'reply' })
    commands[name] = { arguments: args, returns, ...(info['allow-oob'] ? { canRunOob: true } : {}) }
    const open = openArguments.includes(name) ? ' & Readonly<Record<string, unknown>>' : ''
    commandLines.push(`  ${quote(name)}: { arguments: ${typeText(args)}${open}; returns: ${typeText(returns)} }\n`)
  }
  for (const name of eventsInUse) {
    const info = schema.get(name)
    if (info?.['meta-type'] !== 'event') throw new Error(`this QEMU has no event ${name}`)
    events[name] = types.refer(info['arg-type'], `${pascal(name)}Event`, { use: 'reply' })
    eventLines.push(`  ${name}: ${typeText(events[name])}\n`)
  }

  const text = [
    banner(from),
    '/** A value that QEMU may learn in a later version. */\ntype OtherValue = string & Record<never, never>\n',
    'type NoMembers = Readonly<Record<string, never>>\n',
    `export interface QmpCommands {\n${commandLines.join('')}}\n`,
    `export interface QmpEvents {\n${eventLines.join('')}}\n`,
    ...types.declarations,
  ]
  writeFileSync(new URL('qmp-types.generated.ts', qmpDir), text.join('\n'))
  const dataText = [
    `${banner(from)}import type { QmpSchema } from './qmp-shape.ts'\n`,
    `export const qmpSchema: QmpSchema = {\n  generatedFrom: '${from}',`,
    `  commands: {\n${entryLines(commands)}  },`,
    `  events: {\n${entryLines(events)}  },`,
    `  types: {\n${entryLines(Object.fromEntries(types.shapes))}  },\n}\n`,
  ]
  writeFileSync(new URL('qmp-schema.generated.ts', qmpDir), dataText.join('\n'))
  console.log(`Written from QEMU ${from}.`)
}

await main()
