import { describe, expect, it } from 'vitest'
import { askOf, formatSort, readVmListView } from './vm-list-query.ts'

const names = {
  hosts: [{ hostId: 'h1', name: 'host-a' }],
  images: [{ imageId: 'i1', name: 'Debian 13' }],
}
const ask = (search: string) => askOf(readVmListView(new URLSearchParams(search)), names)

describe('the list in the URL', () => {
  it('asks for everything by name without parameters', () => {
    expect(ask('').input).toEqual({ limit: 50, filter: {}, sort: { by: 'name', direction: 'asc' } })
  })

  it('turns names into ids', () => {
    const { input, unknown } = ask('filter=state:running+state:paused+host:host-a+image:"Debian+13"+tag:prod+web')
    expect(input.filter).toEqual({
      text: 'web',
      state: ['running', 'paused'],
      hostId: 'h1',
      imageId: 'i1',
      tag: 'prod',
    })
    expect(unknown).toEqual([])
  })

  it('looks for a host that is not known as text, and says so when there is text already', () => {
    expect(ask('filter=host:b').input.filter).toEqual({ text: 'b' })
    expect(ask('filter=host:b+web').unknown).toEqual(['host:b'])
    expect(ask('filter=image:None').unknown).toEqual(['image:None'])
  })

  it('reads and writes the order', () => {
    const sort = readVmListView(new URLSearchParams('sort=-createdAt')).sort
    expect(sort).toEqual({ by: 'createdAt', direction: 'desc' })
    expect(formatSort(sort)).toBe('-createdAt')
    expect(formatSort(readVmListView(new URLSearchParams('sort=nonsense')).sort)).toBeUndefined()
  })
})
