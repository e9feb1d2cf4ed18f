import pg from 'pg'
import { expect, test } from 'vitest'
import { createTestDatabase } from './test-database.ts'

async function connect(connectionString: string) {
  const client = new pg.Client({ connectionString })
  await client.connect()
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() })
}

const insert = (kind: string): pg.QueryConfig => ({
  text: `INSERT INTO event (id, kind, payload) VALUES (gen_random_uuid(), $1, '{}')`,
  values: [kind],
})

const visible = async (client: pg.Client): Promise<string[]> => {
  const { rows } = await client.query<{ kind: string }>('SELECT kind FROM event ORDER BY position')
  return rows.map((row) => row.kind)
}

test('an event that was written first but committed last comes last', async () => {
  await using db = await createTestDatabase()
  await using slow = await connect(db.databaseUrl)
  await using quick = await connect(db.databaseUrl)
  await slow.query('BEGIN')
  await slow.query(insert('slow'))
  // Not blocked by the open transaction, or this would hang.
  await quick.query(insert('quick'))
  expect(await visible(quick)).toEqual(['quick'])
  await slow.query('COMMIT')
  expect(await visible(quick)).toEqual(['quick', 'slow'])
})

test('a reader that asks for what is after the last one it saw misses nothing of many writers', async () => {
  await using db = await createTestDatabase()
  await using reader = await connect(db.databaseUrl)
  const writers = await Promise.all(Array.from({ length: 4 }, () => connect(db.databaseUrl)))
  const perWriter = 50
  const write = async (writer: pg.Client): Promise<void> => {
    for (let i = 0; i < perWriter; i++) {
      await writer.query('BEGIN')
      await writer.query(insert('a'))
      await writer.query(insert('b'))
      await writer.query('COMMIT')
    }
  }
  const run = { isWriting: true }
  const done = Promise.all(writers.map(write)).finally(() => (run.isWriting = false))
  const seen: bigint[] = []
  const readNew = async (): Promise<void> => {
    const { rows } = await reader.query<{ position: string }>(
      'SELECT position FROM event WHERE position > $1 ORDER BY position',
      [seen.at(-1) ?? 0n],
    )
    seen.push(...rows.map((row) => BigInt(row.position)))
  }
  while (run.isWriting) await readNew()
  await done
  await readNew()
  await Promise.all(writers.map((writer) => writer.end()))
  expect(seen.length).toBe(4 * perWriter * 2)
  expect(new Set(seen).size).toBe(seen.length)
})

test('a commit wakes listeners once, a rollback does not', async () => {
  await using db = await createTestDatabase()
  await using listener = await connect(db.databaseUrl)
  await using writer = await connect(db.databaseUrl)
  const channels: string[] = []
  listener.on('notification', (message) => channels.push(message.channel))
  await listener.query('LISTEN berth_event')
  await writer.query('BEGIN')
  await writer.query(insert('undone'))
  await writer.query('ROLLBACK')
  await writer.query('BEGIN')
  await writer.query(insert('a'))
  await writer.query(insert('b'))
  await writer.query('COMMIT')
  // Notifications are delivered before the answer of a later query on the same connection.
  await listener.query('SELECT 1')
  expect(channels).toEqual(['berth_event'])
})

test('writers that lock the same rows in opposite order do not deadlock over the outbox', async () => {
  await using db = await createTestDatabase()
  await using one = await connect(db.databaseUrl)
  await using two = await connect(db.databaseUrl)
  await one.query(`INSERT INTO setting (key, value) VALUES ('row', '{}')`)
  const touch = `UPDATE setting SET value = '{}' WHERE key = 'row'`
  await one.query('BEGIN')
  await two.query('BEGIN')
  await two.query(touch)
  await one.query(insert('one'))
  const blocked = one.query(touch)
  await two.query(insert('two'))
  await two.query('COMMIT')
  await blocked
  await one.query('COMMIT')
  expect(await visible(one)).toEqual(['two', 'one'])
})
