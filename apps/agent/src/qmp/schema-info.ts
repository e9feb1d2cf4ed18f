/** What query-qmp-schema answers, parsed; the members that Berth reads of it. Type names in it are numbers by design. */
import { z } from 'zod'

const memberSchema = z.object({ name: z.string(), type: z.string(), default: z.unknown().optional() })

export const schemaInfoSchema = z.discriminatedUnion('meta-type', [
  z.object({ 'meta-type': z.literal('builtin'), name: z.string(), 'json-type': z.string() }),
  z.object({ 'meta-type': z.literal('enum'), name: z.string(), values: z.array(z.string()) }),
  z.object({ 'meta-type': z.literal('array'), name: z.string(), 'element-type': z.string() }),
  z.object({
    'meta-type': z.literal('object'),
    name: z.string(),
    members: z.array(memberSchema),
    tag: z.string().optional(),
    variants: z.array(z.object({ case: z.string(), type: z.string() })).default([]),
  }),
  z.object({ 'meta-type': z.literal('alternate'), name: z.string(), members: z.array(z.object({ type: z.string() })) }),
  z.object({
    'meta-type': z.literal('command'),
    name: z.string(),
    'arg-type': z.string(),
    'ret-type': z.string(),
    'allow-oob': z.boolean().default(false),
  }),
  z.object({ 'meta-type': z.literal('event'), name: z.string(), 'arg-type': z.string() }),
])

export type SchemaInfo = z.infer<typeof schemaInfoSchema>

/** Every command, event and type of a QEMU by name. Throws ZodError when `reply` is not what query-qmp-schema answers. */
export function parseSchemaInfo(reply: unknown): ReadonlyMap<string, SchemaInfo> {
  return new Map(
    z
      .array(schemaInfoSchema)
      .parse(reply)
      .map((info) => [info.name, info]),
  )
}
