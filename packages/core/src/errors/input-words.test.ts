import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { MiB } from '../units/bytes.ts'
import { memoryBytesSchema, tagSchema } from '../vm/vm-spec.ts'
import { cloudInitSchema } from '../vm/cloud-init.ts'
import { inputWords } from './input-words.ts'

const schema = z.strictObject({
  vmId: z.uuid(),
  memoryBytes: memoryBytesSchema,
  title: z.string().min(1).max(8),
  tags: z.array(tagSchema).max(2),
  keys: z.array(z.string().regex(/^[a-z]+$/)).min(1),
  count: z.int(),
  firmware: z.enum(['bios', 'uefi']),
  source: z.union([z.literal('a'), z.strictObject({ b: z.string() })]),
})
const good = {
  vmId: '01900000-0000-7000-8000-000000000000',
  memoryBytes: 128 * MiB,
  title: 'x',
  tags: [],
  keys: ['a'],
  count: 1,
  firmware: 'bios',
  source: 'a',
}
const words = (wrong: Record<string, unknown>) =>
  schema.safeParse({ ...good, ...wrong }, { error: inputWords }).error?.issues.map(({ message }) => message)

describe('words for refused input', () => {
  it.each<[Record<string, unknown>, string]>([
    [{ vmId: 'x' }, 'This is no id: ids are UUIDs, as lists and answers give them.'],
    [{ memoryBytes: 1 * MiB }, 'At least 64 MiB.'],
    [{ memoryBytes: 128 * MiB + 1 }, 'Use a multiple of 1 MiB.'],
    [{ memoryBytes: 2 ** 50 }, 'At most 8 TiB.'],
    [{ title: '' }, 'This cannot be empty.'],
    [{ title: 'too long for it' }, 'At most 8 characters.'],
    [{ title: undefined }, 'This is missing.'],
    [{ title: 3 }, 'Give text here.'],
    [{ tags: ['a', 'b', 'c'] }, 'At most 2 entries.'],
    [{ keys: [] }, 'At least one is needed.'],
    [{ keys: ['<b>'] }, 'This has characters or a form that cannot be used here.'],
    [{ count: 1.5 }, 'Give a whole number here.'],
    [{ firmware: 'coreboot' }, 'Use “bios” or “uefi”.'],
    [{ source: 7 }, 'This has none of the forms that are taken here.'],
    [{ colour: 'red' }, 'There is no field “colour” here.'],
  ])('%o is answered with a sentence', (wrong, sentence) => {
    expect(words(wrong)).toEqual([sentence])
  })

  it("leaves a schema's own words", () => {
    expect(words({ tags: ['<b>'] })?.[0]).toMatch(/^A tag begins with a letter or digit/)
    expect(cloudInitSchema.safeParse({ user: 'A' }, { error: inputWords }).error?.issues[0]?.message).toMatch(/Unix/)
  })
})
