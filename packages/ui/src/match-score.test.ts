import { describe, expect, it } from 'vitest'
import { matchScore } from './match-score.ts'

describe('matchScore', () => {
  it('ranks exact, start, start of a word, inside', () => {
    const scores = ['db', 'db-primary', 'old-db', 'oldbox'].map((name) => matchScore('db', [name]))
    expect(scores).toEqual([1, 0.9, 0.8, 0.4])
  })

  it('finds by any of the names, and needs every word', () => {
    expect(matchScore('10.20.0.14', ['web-1', '10.20.0.14'])).toBe(1)
    expect(matchScore('machine create', ['Create machine'])).toBeGreaterThan(0)
    expect(matchScore('create host', ['Create machine'])).toBe(0)
    expect(matchScore('zzz', ['web-1'])).toBe(0)
  })
})
