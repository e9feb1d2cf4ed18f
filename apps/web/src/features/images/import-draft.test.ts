import { expect, it } from 'vitest'
import { imageHintsSchema } from '@berth/core/image/image'
import { draftOfEntry, draftProblems, emptyDraft, importRequest } from './import-draft.ts'

const entry = {
  name: 'Debian 12',
  url: 'https://cloud.debian.org/debian-12.qcow2',
  checksumUrl: 'https://cloud.debian.org/SHA512SUMS',
  hints: imageHintsSchema.parse({ osName: 'Debian 12', defaultUser: 'debian', minMemoryBytes: 512 }),
}

it('sends a catalogue entry as it is, with the digest that was pasted', () => {
  const draft = { ...draftOfEntry(entry), checksum: `${'a'.repeat(128)}  debian-12.qcow2` }
  expect(draftProblems(draft)).toEqual({})
  expect(importRequest(draft)).toEqual({
    name: 'Debian 12',
    url: entry.url,
    checksum: `sha512:${'a'.repeat(128)}`,
    hints: entry.hints,
  })
})

it('names what is missing, and lets the checksum be', () => {
  expect(Object.keys(draftProblems(emptyDraft))).toEqual(['name', 'url'])
  expect(draftProblems({ ...draftOfEntry(entry), url: 'ftp://a/b' }).url).toMatch(/http/)
  expect(draftProblems({ ...draftOfEntry(entry), checksum: 'abc' }).checksum).toMatch(/SHA-256/)
  expect(importRequest({ ...draftOfEntry(entry), checksum: ' ' }).checksum).toBeNull()
})
