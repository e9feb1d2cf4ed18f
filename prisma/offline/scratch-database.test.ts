import { expect, test } from 'vitest'
import { databaseOf, withDatabase } from './scratch-database.ts'

test('another database of the same server keeps the role, the socket folder and TLS', () => {
  const url = 'postgresql://berth:p%40ss@localhost:5433/berth?host=%2Frun%2Fberth&sslmode=require'
  expect(withDatabase(url, 'other')).toBe(
    'postgresql://berth:p%40ss@localhost:5433/other?host=%2Frun%2Fberth&sslmode=require',
  )
})

test('a name survives the way into a URL and back', () => {
  const name = 'we/ird "näme"'
  expect(databaseOf(withDatabase('postgresql://localhost/berth', name))).toBe(name)
})
