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

/** Where a value first differs, as a path below it (".inserted.cache: missing"); undefined when it fits. */
type Check = (value: unknown) => string | undefined

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const builtin =
  (name: string, fits: (value: unknown) => boolean): Check =>
  (value) =>
    fits(value) ? undefined : `: is not ${name}`

const builtins: Readonly<Record<string, Check>> = {
  any: () => undefined,
  empty: builtin('empty', isRecord),
  null: builtin('null', (value) => value === null),
  bool: builtin('bool', (value) => typeof value === 'boolean'),
  int: builtin('int', (value) => typeof value === 'number' && Number.isInteger(value)),
  number: builtin('number', (value) => typeof value === 'number'),
  str: builtin('str', (value) => typeof value === 'string'),
}

/**
 * By schema and reference, made on first use. One answer about disks has 130 members, and each machine gives one every
 * two seconds: to take the shapes apart again each time was 7 % of the agent's time.
 */
const checksOf = new WeakMap<QmpSchema['types'], Map<ShapeRef, Check>>()

/** Where `value` first differs from `ref`, as a path like "inserted.cache: missing"; undefined when it fits. */
export function findMismatch(types: QmpSchema['types'], ref: ShapeRef, value: unknown): string | undefined {
  return checkOf(types, ref)(value)?.replace(/^\./, '')
}

function checkOf(types: QmpSchema['types'], ref: ShapeRef): Check {
  const checks = checksOf.get(types) ?? new Map<ShapeRef, Check>()
  checksOf.set(types, checks)
  const known = checks.get(ref)
  if (known !== undefined) return known
  const check = makeCheck(types, ref)
  checks.set(ref, check)
  return check
}

function makeCheck(types: QmpSchema['types'], ref: ShapeRef): Check {
  const simple = builtins[ref]
  if (simple !== undefined) return simple
  if (ref.startsWith('[')) return listCheck(checkOf(types, ref.slice(1, -1)))
  const shape = types[ref]
  if (shape === undefined) throw new TypeError(`no QMP type ${ref}`)
  if ('values' in shape) return (value) => (typeof value === 'string' ? undefined : ': is not a string')
  if ('members' in shape) return objectCheck(types, shape)
  const words = `: is none of ${shape.oneOf.join(', ')}`
  return (value) => (shape.oneOf.some((branch) => checkOf(types, branch)(value) === undefined) ? undefined : words)
}

function listCheck(element: Check): Check {
  return (value) => {
    if (!Array.isArray(value)) return ': is not a list'
    for (let index = 0; index < value.length; index++) {
      const mismatch = element(value[index])
      if (mismatch !== undefined) return `[${index}]${mismatch}`
    }
    return undefined
  }
}

interface MemberCheck {
  readonly name: string
  readonly isOptional: boolean
  readonly check: Check
}

function objectCheck(types: QmpSchema['types'], shape: ObjectShape): Check {
  // Made when the first value comes: a type may be a member of itself.
  let members: readonly MemberCheck[] | undefined
  return (value) => {
    if (!isRecord(value)) return ': is not an object'
    members ??= memberChecks(types, shape)
    for (const { name, isOptional, check } of members) {
      const member = value[name]
      if (member === undefined && isOptional) continue
      if (member === undefined) return `.${name}: missing`
      const mismatch = check(member)
      if (mismatch !== undefined) return `.${name}${mismatch}`
    }
    const tag = shape.tag === undefined ? undefined : value[shape.tag]
    const variant = typeof tag === 'string' ? shape.variants?.[tag] : undefined
    return variant === undefined ? undefined : checkOf(types, variant)(value)
  }
}

const memberChecks = (types: QmpSchema['types'], shape: ObjectShape): MemberCheck[] =>
  Object.entries(shape.members).map(([key, ref]) => {
    const name = key.replace(/\?$/, '')
    return { name, isOptional: name !== key, check: checkOf(types, ref) }
  })
