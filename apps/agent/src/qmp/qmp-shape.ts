/**
 * What a QMP value must look like, as data: the schema in use (qmp-schema.generated.ts) is made of these.
 *
 * A reference is a builtin ('str'), the name of a type, or a list of one ('[StatusInfo]'). Member names that end in '?'
 * are optional. Enum values that this list does not know pass: a newer QEMU may say a new reason, and an event that is
 * thrown away for it would be worse; the TypeScript type says so too (OtherValue).
 */
export type ShapeRef = string

export interface ObjectShape {
  readonly members: Readonly<Record<string, ShapeRef>>
  /** The member whose value chooses the variant. */
  readonly tag?: string
  readonly variants?: Readonly<Record<string, ShapeRef>>
}

export type Shape = ObjectShape | { readonly values: readonly string[] } | { readonly oneOf: readonly ShapeRef[] }

export interface CommandShape {
  readonly arguments: ShapeRef
  readonly returns: ShapeRef
  readonly canRunOob?: boolean
}

export interface QmpSchema {
  /** The QEMU that it was generated from, as query-version says. */
  readonly generatedFrom: string
  readonly commands: Readonly<Record<string, CommandShape>>
  readonly events: Readonly<Record<string, ShapeRef>>
  readonly types: Readonly<Record<string, Shape>>
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const builtins: Readonly<Record<string, (value: unknown) => boolean>> = {
  any: () => true,
  empty: isRecord,
  null: (value) => value === null,
  bool: (value) => typeof value === 'boolean',
  int: (value) => typeof value === 'number' && Number.isInteger(value),
  number: (value) => typeof value === 'number',
  str: (value) => typeof value === 'string',
}

/** Where `value` first differs from `ref`, as a path like "inserted.cache: missing"; undefined when it fits. */
export function findMismatch(types: QmpSchema['types'], ref: ShapeRef, value: unknown): string | undefined {
  const mismatch = compare(types, ref, value)
  return mismatch?.replace(/^\./, '')
}

function compare(types: QmpSchema['types'], ref: ShapeRef, value: unknown): string | undefined {
  const builtin = builtins[ref]
  if (builtin !== undefined) return builtin(value) ? undefined : `: is not ${ref}`
  if (ref.startsWith('[')) return compareList(types, ref.slice(1, -1), value)
  const shape = types[ref]
  if (shape === undefined) throw new TypeError(`no QMP type ${ref}`)
  if ('values' in shape) return typeof value === 'string' ? undefined : ': is not a string'
  if ('oneOf' in shape) {
    const fits = shape.oneOf.some((branch) => compare(types, branch, value) === undefined)
    return fits ? undefined : `: is none of ${shape.oneOf.join(', ')}`
  }
  return compareObject(types, shape, value)
}

function compareList(types: QmpSchema['types'], element: ShapeRef, value: unknown): string | undefined {
  if (!Array.isArray(value)) return ': is not a list'
  for (const [index, item] of value.entries()) {
    const mismatch = compare(types, element, item)
    if (mismatch !== undefined) return `[${index}]${mismatch}`
  }
  return undefined
}

function compareObject(types: QmpSchema['types'], shape: ObjectShape, value: unknown): string | undefined {
  if (!isRecord(value)) return ': is not an object'
  for (const [key, ref] of Object.entries(shape.members)) {
    const name = key.replace(/\?$/, '')
    const member = value[name]
    if (member === undefined && key !== name) continue
    if (member === undefined) return `.${name}: missing`
    const mismatch = compare(types, ref, member)
    if (mismatch !== undefined) return `.${name}${mismatch}`
  }
  const tag = shape.tag === undefined ? undefined : value[shape.tag]
  const variant = typeof tag === 'string' ? shape.variants?.[tag] : undefined
  return variant === undefined ? undefined : compare(types, variant, value)
}
