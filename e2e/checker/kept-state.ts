/** What was acknowledged before everything was restarted, against what is there afterwards (I12). */
import { z } from 'zod'
import { queryRows } from './panel-rows.ts'
import { violation, type Violation } from './violation.ts'

const keptRow = z.object({ thing: z.string(), id: z.string(), content: z.string() })

/** Ended operations only: of those that go on, nothing was promised yet. */
const keptSql = `
  SELECT 'machine' AS thing, id::text, md5(concat_ws('|', name, description, tags, spec, revision, desired_power, host_id,
         lifecycle, deleted_at)) AS content FROM vm WHERE lifecycle = 'present' OR deleted_at IS NOT NULL
  UNION ALL SELECT 'epoch', id::text, owner_epoch::text FROM vm
  UNION ALL SELECT 'volume', id::text, concat_ws('|', vm_id, host_id, pool, format, size_bytes, state) FROM volume
  UNION ALL SELECT 'operation', id::text, concat_ws('|', kind, status, title) FROM operation WHERE ended_at IS NOT NULL
  UNION ALL SELECT 'audit record', id::text, md5(audit::text) FROM audit
  UNION ALL SELECT 'image', id::text, concat_ws('|', name, format, virtual_bytes, sha256) FROM image WHERE state = 'ready'
  UNION ALL SELECT 'host', id::text, concat_ws('|', name, cert_fingerprint) FROM host
  UNION ALL SELECT 'network', id::text, md5(concat_ws('|', name, kind, config)) FROM network
  UNION ALL SELECT 'user', id::text, concat_ws('|', email, role, disabled_at) FROM "user"`

export type KeptState = readonly z.infer<typeof keptRow>[]

export const readKeptState = (dataDir: string): Promise<KeptState> => queryRows(dataDir, keptRow, [keptSql, []])

/** New things are no loss. */
export async function keptViolations(dataDir: string, before: KeptState): Promise<Violation[]> {
  const now = new Map((await readKeptState(dataDir)).map(({ thing, id, content }) => [`${thing} ${id}`, content]))
  return before.flatMap(({ thing, id, content }) => {
    const found = now.get(`${thing} ${id}`)
    if (found === content) return []
    // It rises with each hand-over, also with one that was refused.
    if (thing === 'epoch' && Number(found) > Number(content)) return []
    return [violation('I12', `${thing} ${id} ${found === undefined ? 'is gone' : `was ${content} and is ${found}`}`)]
  })
}
