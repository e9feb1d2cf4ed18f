/** What a procedure's schema takes, read at run time: an input that fits it, and the path of each field in it. */
import { z } from 'zod'
import { newUuid } from '@berth/core/ids/ids'
import { GiB } from '@berth/core/units/bytes'
import { appRouter } from '@berth/api/root'

export type FieldPath = readonly (string | number)[]

export interface KnownProcedure {
  readonly path: string
  readonly type: string
  /** Fits the schema; every id in it is nobody's, so that even what is understood changes nothing. */
  readonly input: unknown
  readonly fields: readonly FieldPath[]
}

const schemaSchema = z.object({
  type: z.string().optional(),
  anyOf: z.array(z.unknown()).optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  default: z.unknown().optional(),
  format: z.string().optional(),
  minimum: z.number().optional(),
  minItems: z.number().optional(),
  items: z.unknown().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
})
type JsonSchema = z.infer<typeof schemaSchema>

/** Where the shape alone does not say what fits. */
const fitting: Readonly<Record<string, unknown>> = {
  cursor: null,
  lastEventId: null,
  name: 'fits',
  pool: 'default',
  path: '/srv/fits',
  server: 'nas.example',
  exportPath: '/srv/fits',
  folder: '/opt/fits',
  address: null,
  bridge: 'br0',
  moveNetwork: null,
  toPool: 'fits',
  url: 'https://images.example/x.qcow2',
  idempotencyKey: 'a-key-that-fits',
  keys: ['a'],
  user: 'fits',
  userData: '#cloud-config',
  checksum: null,
  memoryBytes: GiB,
  diskBytes: GiB,
  fromMs: 1,
  toMs: 2,
  expiresInMs: 86_400_000,
  password: 'long enough to fit',
  seat: 'aSeatOfSixteenSigns',
  // Somebody has it, so that even what is understood makes nobody.
  email: 'ada@example.test',
}

const definitionSchema = z.object({ type: z.string(), inputs: z.array(z.instanceof(z.ZodType)) })

export function listProcedures(): KnownProcedure[] {
  return Object.entries<unknown>(appRouter._def.procedures).map(([path, procedure]) => {
    const { type, inputs } = definitionSchema.parse(Reflect.get(Object(procedure), '_def'))
    const schema = inputs[0]
    if (schema === undefined) return { path, type, input: undefined, fields: [] }
    const json = schemaSchema.parse(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }))
    return { path, type, input: fit(json, ''), fields: fieldsOf(json, []) }
  })
}

const read = (schema: unknown): JsonSchema => schemaSchema.parse(schema)
/** Of "this or null", this. */
const solid = (schema: JsonSchema): JsonSchema => schema.anyOf?.map(read).find((each) => each.type !== 'null') ?? schema

function fit(schema: JsonSchema, name: string): unknown {
  const { type, properties, items, ...rest } = solid(schema)
  if (name in fitting) return fitting[name]
  if (rest.const !== undefined) return rest.const
  if (rest.enum !== undefined) return rest.enum[0]
  if (properties !== undefined)
    return Object.fromEntries(
      Object.entries(properties)
        // Of the two one is named: a directory, or what is mounted.
        .filter(([key]) => key !== 'source' || properties['path'] === undefined)
        .map(([key, each]) => [key, fit(read(each), key)]),
    )
  if (type === 'array') return items === undefined || rest.minItems === undefined ? [] : [fit(read(items), name)]
  if (type === 'integer' || type === 'number') return Math.max(1, rest.minimum ?? 1)
  if (type === 'boolean') return false
  return rest.format === 'uuid' || name.endsWith('Id') ? newUuid() : 'fits here'
}

function fieldsOf(schema: JsonSchema, at: FieldPath): FieldPath[] {
  const { properties, items } = solid(schema)
  const own = at.length === 0 ? [] : [at]
  const below = Object.entries(properties ?? {}).flatMap(([key, each]) => fieldsOf(read(each), [...at, key]))
  const inside = items === undefined ? [] : fieldsOf(read(items), [...at, 0])
  return [...own, ...below, ...inside]
}

/** A copy of `input` with `value` at `path`, whatever stood on the way. */
export function withField(input: unknown, path: FieldPath, value: unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return value
  const before: unknown = typeof input === 'object' && input !== null ? Reflect.get(input, key) : undefined
  const after = withField(before, rest, value)
  if (typeof key === 'number') return [after]
  return { ...(typeof input === 'object' && !Array.isArray(input) ? input : {}), [key]: after }
}
