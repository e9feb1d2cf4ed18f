/**
 * The agents' contract as it was when hosts could not be moved to yet, of the commit 7ac5a97: what agents of that day accept,
 * strictly, and say. Made by z.toJSONSchema from the schemas of that commit, and never made anew: what fails against it
 * fails against hosts that nobody has updated.
 */
import { z } from 'zod'
import frozen from './frozen-contract-1.json' with { type: 'json' }

const proceduresSchema = z.record(z.string(), z.object({ input: z.unknown(), output: z.unknown() }))
const procedures = proceduresSchema.parse(frozen.procedures)

/** Parses what the panel sends as that agent did. Throws ZodError, as it answered INPUT_INVALID. */
export const parseFrozenInput = (path: string, input: unknown): unknown => schemaOf(path, 'input').parse(input)

/** Makes sure that a test's agent says nothing that agents of that day could not say. */
export const parseFrozenOutput = (path: string, output: unknown): unknown => schemaOf(path, 'output').parse(output)

export const frozenCapabilities: readonly string[] = frozen.capabilities
export const frozenVersion = frozen.contractVersion
export const frozenPaths: readonly string[] = Object.keys(procedures)

function schemaOf(path: string, side: 'input' | 'output'): z.ZodType {
  const schema = procedures[path]?.[side]
  if (typeof schema !== 'object' || schema === null) throw new Error(`agents of that day had no ${path}`)
  return z.fromJSONSchema({ ...schema })
}
