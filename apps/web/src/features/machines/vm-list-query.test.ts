import { describe, expect, it } from 'vitest'
import { formatSort, listInput, readVmListView, vmListAddress } from './vm-list-query.ts'

const read = (search: string) => readVmListView(new URLSearchParams(search))

describe('the list in the URL', () => {
  it('asks for everything by name without parameters', () => {
    expect(listInput(read(''))).toEqual({ limit: 50, filter: {}, sort: { by: 'name', direction: 'asc' } })
    expect(vmListAddress(read(''))).toEqual({ filter: undefined, sort: undefined })
  })

  it('asks the same question for the same filter, however it was written', () => {
    const asked = { query: 'state:running image:"Debian 13" mem>8G web' }
    expect(listInput(read('filter=web+STATE:running+image:"Debian+13"+memory>8192M')).filter).toEqual(asked)
    expect(listInput(read('filter=state:running+image:"Debian+13"+mem>8G+web')).filter).toEqual(asked)
  })

  it('keeps a term that says nothing in the address, and asks without it', () => {
    const view = read('filter=web+mem>8+tag:prod')
    expect(listInput(view).filter).toEqual({ query: 'tag:prod web' })
    expect(vmListAddress(view).filter).toBe('tag:prod web mem>8')
  })

  it('reads and writes the order', () => {
    const { sort } = read('sort=-createdAt')
    expect(sort).toEqual({ by: 'createdAt', direction: 'desc' })
    expect(formatSort(sort)).toBe('-createdAt')
    expect(formatSort(read('sort=nonsense').sort)).toBeUndefined()
  })
})
