import { expect, test } from 'vitest'
import { reloadForLostCode, type TabDoors } from './lost-code.ts'

const file = '/_next/static/chunks/0abc.js'

function lost(path = file): Error {
  const error = new Error(`Failed to load chunk ${path} from module 4711`)
  error.name = 'ChunkLoadError'
  return error
}

/** A tab whose panel answers `status` for the file, or nothing at all. */
function openTab(status: number | undefined) {
  const stored = new Map<string, string>()
  const tab = { reloads: 0, asked: [] as string[] }
  const doors: TabDoors = {
    fetch: (url) => {
      tab.asked.push(url)
      return status === undefined ? Promise.reject(new TypeError('Failed to fetch')) : Promise.resolve({ status })
    },
    storage: { getItem: (key) => stored.get(key) ?? null, setItem: (key, value) => void stored.set(key, value) },
    reload: () => void tab.reloads++,
  }
  return { tab, doors }
}

test('a file that the panel no longer has loads the page again, once for each', async () => {
  const { tab, doors } = openTab(404)
  await reloadForLostCode(lost(), doors)
  expect(tab).toEqual({ reloads: 1, asked: [file] })
  await reloadForLostCode(lost(), doors)
  expect(tab.reloads).toBe(1)
  await reloadForLostCode(lost('/_next/static/chunks/1def.js'), doors)
  expect(tab.reloads).toBe(2)
})

test('a panel that is away, restarts, or has the file costs nobody his page', async () => {
  for (const status of [undefined, 200, 502, 503]) {
    const { tab, doors } = openTab(status)
    await reloadForLostCode(lost(), doors)
    expect(tab).toEqual({ reloads: 0, asked: [file] })
  }
})

test('other errors are none of its business', async () => {
  const { tab, doors } = openTab(404)
  for (const error of [new Error(`Failed to load chunk ${file}`), lost('elsewhere'), 'text', null]) {
    await reloadForLostCode(error, doors)
  }
  expect(tab).toEqual({ reloads: 0, asked: [] })
})
