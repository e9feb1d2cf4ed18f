// @vitest-environment jsdom
import { beforeEach, expect, it, vi } from 'vitest'

interface Note {
  text: string
}
const readNote = (stored: unknown): Note | null =>
  typeof stored === 'object' && stored !== null && 'text' in stored && typeof stored.text === 'string'
    ? { text: stored.text }
    : null

/** A page that was loaded anew: its modules know nothing, the tab's storage does. */
const loadPage = async () => {
  vi.resetModules()
  return import('./kept-draft.ts')
}

beforeEach(() => window.sessionStorage.clear())

it('is there after the page is loaded again, each form for itself, until it is forgotten', async () => {
  const before = await loadPage()
  before.keepDraft('a', { text: 'half a sen' })
  before.keepDraft('b', { text: 'other' })
  const after = await loadPage()
  expect(after.keptDraft('a', readNote)).toEqual({ text: 'half a sen' })
  after.keepDraft('a', null)
  expect(after.keptDraft('a', readNote)).toBeNull()
  const last = await loadPage()
  expect(last.keptDraft('a', readNote)).toBeNull()
  expect(last.keptDraft('b', readNote)).toEqual({ text: 'other' })
})

it('is none where something else lies there', async () => {
  const page = await loadPage()
  window.sessionStorage.setItem('berth.draft.a', '{')
  window.sessionStorage.setItem('berth.draft.b', '{"words": 1}')
  expect(page.keptDraft('a', readNote)).toBeNull()
  expect(page.keptDraft('b', readNote)).toBeNull()
})

it('lives until the next load where the storage is full', async () => {
  const page = await loadPage()
  const full = vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
    throw new DOMException('full', 'QuotaExceededError')
  })
  page.keepDraft('a', { text: 'x' })
  full.mockRestore()
  expect(page.keptDraft('a', readNote)).toEqual({ text: 'x' })
})
